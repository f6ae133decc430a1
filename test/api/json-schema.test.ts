// Goal: the OpenAPI document says of requests and answers just what validates them. Method: every schema by
// the converter of the document and by Zod's own, which knows more kinds and is not in the bundles.

import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { jsonSchema } from '../../src/protocols/http/json-schema.ts';
import * as keySchemas from '../../src/protocols/http/key-schemas.ts';
import { historyQuery, listPageQuery } from '../../src/protocols/http/list-schemas.ts';
import { pageComponents } from '../../src/protocols/http/page-schemas.ts';
import * as schemas from '../../src/protocols/http/schemas.ts';

function byZod(schema: z.ZodMiniType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, reused: 'inline' });
  return json;
}

const {
  readQuery,
  listQuery,
  namespacesQuery,
  requestId,
  namespaceName,
  digits: _,
  limit: __,
  ...others
} = schemas;
const { keyQuery, keyListQuery, putQuery, watchQuery, lastEventId, ...aboutKeys } = keySchemas;
const bodies = Object.fromEntries(
  Object.entries({ ...others, ...aboutKeys, ...pageComponents }).filter(([, schema]) => '_zod' in schema),
) as Record<string, z.ZodMiniType>;

test.each(Object.entries(bodies))('the body %s', (_name, schema) => {
  expect(jsonSchema(schema)).toEqual(byZod(schema, 'input'));
});

const queries = [
  readQuery,
  listQuery,
  listPageQuery,
  historyQuery,
  namespacesQuery,
  keyQuery,
  keyListQuery,
  putQuery,
  watchQuery,
].map(({ shape }) => shape);
const parameters = Object.entries(
  Object.assign({}, ...queries, { requestId, namespaceName, lastEventId }),
) as [string, z.ZodMiniType][];
test.each(parameters)('the parameter %s', (_name, schema) => {
  expect(jsonSchema(schema)).toEqual(byZod(schema, 'output'));
});
