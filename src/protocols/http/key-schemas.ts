// The shapes of requests and answers about keys, transactions and watches.

import * as z from 'zod/mini';
import { digits, limit, position, readQuery } from './schemas.ts';

/** The members of `JsonValue`. */
export const valueMembers = {
  value: z.optional(z.string()).check(z.describe('The value, where it is text')),
  valueBase64: z.optional(z.string()).check(z.describe('The value, where it is not UTF-8')),
};

export const keyEntry = z.object({
  key: z.string(),
  ...valueMembers,
  version: z.int().check(z.describe('1 when the key was created, one more with each change since')),
  created: position,
  modified: position.check(z.describe('The position of the last change; the ETag')),
  lease: z.optional(z.string()).check(z.describe('The key goes when this lease ends')),
});

export const keyPage = z.object({
  entries: z.array(keyEntry),
  more: z.boolean(),
  position: position.check(z.describe('Ask for the next page at this position for one consistent list')),
  next: z.optional(z.string()).check(z.describe('The URL of the next page, at the same position')),
});

const at = z.optional(digits).check(z.describe('Read the past: the state as it was at this position'));

export const keyQuery = z.extend(readQuery, { at });

export const putQuery = z.object({
  lease: z.optional(z.string()).check(z.describe('The key goes when this lease ends')),
});

export const keyListQuery = z.extend(keyQuery, {
  prefix: z._default(z.string(), ''),
  startAfter: z.optional(z.string()).check(z.describe('Keys greater than this one')),
  limit,
});

const keysMembers = {
  key: z.optional(z.string()).check(z.describe('One key')),
  prefix: z.optional(z.string()).check(z.describe('All keys with this prefix')),
};

export const transactionCheck = z.strictObject({
  ...keysMembers,
  target: z.enum(['version', 'created', 'modified', 'value', 'lease']),
  is: z.enum(['=', '!=', '<', '>']),
  to: z.optional(z.union([z.string(), z.int()])).check(z.describe('Text, or the number of the others')),
  toBase64: z.optional(z.string()).check(z.describe('In place of to: a value that is not UTF-8')),
});

const nested = z.optional(z.array(z.unknown()));

/** Which members it needs depends on its kind. */
export const transactionOperation = z.strictObject({
  kind: z.enum(['put', 'delete', 'get', 'add', 'put-numbered', 'grant', 'revoke', 'transaction']),
  ...keysMembers,
  ...valueMembers,
  lease: z.optional(z.string()),
  limit: z.optional(z.int()).check(z.describe('The most entries of a get. Default: 1,000')),
  by: z.optional(z.int()).check(z.describe('What is added to a counter')),
  ttlMs: z.optional(z.int()).check(z.describe('Of the lease that is granted')),
  checks: nested,
  then: nested,
  else: nested,
});

/** The operations are validated one by one, so that a refusal names the operation. */
export const transactionBody = z.strictObject({
  checks: nested,
  then: nested,
  else: nested,
});

/** The same, as the document describes it. */
export const transactionSaid = z.strictObject({
  checks: z.optional(z.array(transactionCheck)).check(z.describe('All must hold')),
  then: z.optional(z.array(transactionOperation)).check(z.describe('Carried out if they do')),
  else: z.optional(z.array(transactionOperation)).check(z.describe('Carried out if they do not')),
});

export const transactionDone = z.object({
  succeeded: z.boolean().check(z.describe('Whether all checks held')),
  failedCheck: z.optional(z.int()).check(z.describe('The index of the first check that did not')),
  results: z.array(z.looseObject({ kind: z.string() })).check(z.describe('One for each operation')),
  forgotten: z
    .boolean()
    .check(z.describe('The results were too large to be remembered for the repeated key')),
});

export const watchQuery = z.object({
  prefix: z._default(z.string(), ''),
  after: z
    .optional(digits)
    .check(z.describe('Begin after this position. Default: with what comes from now on')),
});

export const lastEventId = z.optional(digits);

export const changePage = z.object({
  changes: z.array(
    z.object({
      position,
      key: z.string(),
      before: z.optional(keyEntry).check(z.describe('Absent when the change has created the key')),
      after: z.optional(keyEntry).check(z.describe('Absent when it has deleted it')),
    }),
  ),
  position: position.check(z.describe('Ask with it in after for what comes next')),
});
