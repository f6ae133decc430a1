// The shapes of requests and answers: validated here, described in the OpenAPI document from the same source.

import * as z from 'zod/mini';
import {
  LIST_ENTRIES_MAX,
  NAMESPACE_NAME_BYTES_MAX,
  OWNER_BYTES_MAX,
  POSITION_MAX,
  REQUEST_ID_BYTES_MAX,
} from '../../limits.ts';
import { NAMESPACE_NAME } from '../../resource-names.ts';
import { PROBLEM_CODES } from './problem.ts';

export const position = z
  .int()
  .check(z.minimum(0), z.maximum(POSITION_MAX), z.describe('A position in the log of the namespace'));

export const digits = z.pipe(
  z.pipe(
    z.string().check(z.regex(/^\d{1,16}$/, 'must be a whole number of at most 16 digits')),
    z.transform(Number),
  ),
  position,
);

const OWNER_FAULT = `must not be longer than ${OWNER_BYTES_MAX} bytes`;

const owner = z
  .string()
  .check(
    z.minLength(1, 'must not be empty'),
    z.maxLength(OWNER_BYTES_MAX, OWNER_FAULT),
    z.describe(
      'Who claims or releases the name; compared byte by byte. With a JWT its subject, and nobody else: then it may be left out',
    ),
  );

export const ownerBody = z.strictObject({ owner: z.optional(owner) });

/**
 * The body that the document asks for. Every server accepts it; the owner may be left out only where a token
 * names it.
 */
export const ownerSaid = z.strictObject({ owner });

export const nameHolding = z.object({
  name: z
    .string()
    .check(z.describe('The canonical form (RFC 8265, UsernameCaseMapped) under which names are compared')),
  owner: z.string(),
  claimedAt: position.check(z.describe('The position at which the name was claimed')),
});

export const namePage = z.object({
  names: z.array(nameHolding),
  cursor: z.optional(z.string()).check(z.describe('Ask with it for the next page; absent on the last one')),
});

export const health = z.object({
  status: z.literal('ok'),
  store: z.optional(z.string()),
});

export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  definite: z.boolean().check(z.describe('false: the request may have had its effect all the same')),
  holder: z.optional(z.looseObject({})).check(z.describe('Of a name, or of a lock')),
  entry: z.optional(z.looseObject({})).check(z.describe('What there is of the key')),
  reason: z.optional(z.string()).check(z.describe('Why an operation of a transaction cannot be done')),
  path: z.optional(z.string()).check(z.describe('Which operation, such as then[1]')),
  earliest: z.optional(position).check(z.describe('The first position that is not gone')),
  streamNextOffset: z.optional(z.string()).check(z.describe('The offset to read on from')),
});

const CONSISTENCIES = ['linearizable', 'sequenced', 'local'] as const;

export const readQuery = z.object({
  consistency: z
    .optional(z.enum(CONSISTENCIES, `must be ${CONSISTENCIES.join(', ')}`))
    .check(
      z.describe(
        'linearizable (default): sees all that was acknowledged before; local: what this server has',
      ),
    ),
  after: z.optional(digits).check(z.describe('Answer from a state at this position or a later one')),
});

const LIMIT_FAULT = `must be a number from 1 to ${LIST_ENTRIES_MAX}`;

export const limit = z._default(
  z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,4}$/, LIMIT_FAULT)), z.transform(Number)),
    z.int().check(z.minimum(1, LIMIT_FAULT), z.maximum(LIST_ENTRIES_MAX, LIMIT_FAULT)),
  ),
  100,
);

export const listQuery = z.extend(readQuery, {
  prefix: z._default(z.string(), ''),
  limit,
  cursor: z.optional(z.string().check(z.maxLength(4096, 'is none of this server'))),
});

export const namespaceName = z
  .string()
  .check(
    z.maxLength(NAMESPACE_NAME_BYTES_MAX, `must not be longer than ${NAMESPACE_NAME_BYTES_MAX} characters`),
    z.regex(NAMESPACE_NAME, 'must be letters, digits, ".", "_" and "-", and begin with a letter or digit'),
  );

export const namespacesQuery = z.object({
  startAfter: z.optional(namespaceName).check(z.describe('Namespaces after this one')),
  limit: listQuery.shape.limit,
});

export const namespacePage = z.object({ names: z.array(z.string()), more: z.boolean() });

export const requestId = z.optional(
  z
    .string()
    .check(
      z.minLength(1, 'must not be empty'),
      z.maxLength(REQUEST_ID_BYTES_MAX, `must not be longer than ${REQUEST_ID_BYTES_MAX} characters`),
      z.regex(/^[!-~]+$/, 'must be visible ASCII characters'),
    ),
);
