// Goal: what is wrong with a request is said in English, and precisely. Method: a program that embeds the
// server tells Zod to speak another language.

import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { validate } from '../../src/protocols/http/body.ts';
import { ownerBody } from '../../src/protocols/http/schemas.ts';

const before = z.config().localeError;
beforeAll(() => {
  z.config({ localeError: () => 'ungültig' });
});
afterAll(() => {
  z.config({ localeError: before });
});

test.each([
  [{ owner: 1 }, 'owner: Invalid input: expected string, received number'],
  [{ owner: '' }, 'owner: must not be empty'],
  [{ owner: 'me', ower: 'you' }, 'the body: Unrecognized key: "ower"'],
  [undefined, 'the body: Invalid input: expected object, received undefined'],
])('%j: %s', (body, text) => {
  expect(() => validate(ownerBody, body, 'the body')).toThrow(expect.objectContaining({ message: text }));
});
