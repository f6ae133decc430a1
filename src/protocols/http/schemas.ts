// The shapes of requests and answers: validated here, described in the OpenAPI document from the same source.

import * as z from 'zod';
import {
  LIST_ENTRIES_MAX,
  NAMESPACE_NAME_BYTES_MAX,
  OWNER_BYTES_MAX,
  POSITION_MAX,
  REQUEST_ID_BYTES_MAX,
} from '../../limits.ts';
import { NAMESPACE_NAME } from '../../resource-names.ts';
import { PROBLEM_CODES } from './problem.ts';

const position = z
  .int()
  .min(0)
  .max(POSITION_MAX)
  .meta({ description: 'A position in the log of the namespace' });

const digits = z
  .string()
  .regex(/^\d{1,16}$/, 'must be a whole number of at most 16 digits')
  .transform(Number)
  .pipe(position);

const OWNER_FAULT = `must not be longer than ${OWNER_BYTES_MAX} bytes`;

const owner = z.string().min(1, 'must not be empty').max(OWNER_BYTES_MAX, OWNER_FAULT).meta({
  description:
    'Who claims or releases the name; compared byte by byte. With a JWT its subject, and nobody else: then it may be left out',
});

export const ownerBody = z.strictObject({ owner: owner.optional() });

/**
 * What the document asks for: right whoever is asked, while it may be left out only where a token says who it
 * is.
 */
export const ownerSaid = z.strictObject({ owner });

export const nameHolding = z.object({
  name: z.string().meta({
    description: 'The canonical form (RFC 8265, UsernameCaseMapped) under which names are compared',
  }),
  owner: z.string(),
  claimedAt: position.meta({ description: 'The position at which the name was claimed' }),
});

export const namePage = z.object({
  names: z.array(nameHolding),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'Ask with it for the next page; absent on the last one' }),
});

export const health = z.object({
  status: z.literal('ok'),
  store: z.string().optional(),
});

export const problemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  definite: z.boolean().meta({ description: 'false: the request may have had its effect all the same' }),
  holder: nameHolding.optional(),
});

const CONSISTENCIES = ['linearizable', 'sequenced', 'local'] as const;

export const readQuery = z.object({
  consistency: z
    .enum(CONSISTENCIES, `must be ${CONSISTENCIES.join(', ')}`)
    .optional()
    .meta({
      description:
        'linearizable (default): sees all that was acknowledged before; local: what this server has',
    }),
  after: digits.optional().meta({ description: 'Answer from a state at this position or a later one' }),
});

const LIMIT_FAULT = `must be a number from 1 to ${LIST_ENTRIES_MAX}`;

export const listQuery = readQuery.extend({
  prefix: z.string().default(''),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, LIMIT_FAULT)
    .transform(Number)
    .pipe(z.int().min(1, LIMIT_FAULT).max(LIST_ENTRIES_MAX, LIMIT_FAULT))
    .default(100),
  cursor: z.string().max(4096, 'is none of this server').optional(),
});

export const namespaceName = z
  .string()
  .max(NAMESPACE_NAME_BYTES_MAX, `must not be longer than ${NAMESPACE_NAME_BYTES_MAX} characters`)
  .regex(NAMESPACE_NAME, 'must be letters, digits, ".", "_" and "-", and begin with a letter or digit');

export const requestId = z
  .string()
  .min(1, 'must not be empty')
  .max(REQUEST_ID_BYTES_MAX, `must not be longer than ${REQUEST_ID_BYTES_MAX} characters`)
  .regex(/^[!-~]+$/, 'must be visible ASCII characters')
  .optional();
