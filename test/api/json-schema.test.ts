// Goal: the OpenAPI document says of requests and answers just what validates them. Method: every schema by
// the converter of the document and by Zod's own, which knows more kinds and is not in the bundles.

import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { jsonSchema } from '../../src/protocols/http/json-schema.ts';
import * as schemas from '../../src/protocols/http/schemas.ts';

function byZod(schema: z.ZodMiniType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, reused: 'inline' });
  return json;
}

const { readQuery, listQuery, requestId, namespaceName, ...bodies } = schemas;

test.each(Object.entries(bodies))('the body %s', (_name, schema) => {
  expect(jsonSchema(schema)).toEqual(byZod(schema, 'input'));
});

const parameters = Object.entries({ ...readQuery.shape, ...listQuery.shape, requestId, namespaceName });
test.each(parameters)('the parameter %s', (_name, schema) => {
  expect(jsonSchema(schema)).toEqual(byZod(schema, 'output'));
});
