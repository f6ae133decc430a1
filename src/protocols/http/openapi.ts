// The OpenAPI document of this API, made from the same schemas that validate requests.

import * as z from 'zod/mini';
import { jsonSchema } from './json-schema.ts';
import { changePage, keyEntry, keyPage, transactionDone, transactionSaid } from './key-schemas.ts';
import { diagnosticsQuery } from './list-schemas.ts';
import { keyPaths } from './openapi-keys.ts';
import {
  type Answer,
  type Json,
  jsonBody,
  operation,
  POSITIONED,
  POSITIONED_PROBLEM,
  PROBLEM,
  parameter,
  queryParameters,
  REFUSED_CHANGE,
  type SchemaName,
} from './openapi-parts.ts';
import { recipePaths } from './openapi-recipes.ts';
import { streamList, streamPath } from './openapi-streams.ts';
import { pageComponents } from './page-schemas.ts';
import { recipeComponents } from './recipe-schemas.ts';
import {
  health,
  listQuery,
  nameHolding,
  namePage,
  namespaceName,
  namespacePage,
  namespacesQuery,
  ownerSaid,
  problemDocument,
  readQuery,
  requestId,
} from './schemas.ts';
import { trimBody } from './stream-schemas.ts';

const COMPONENTS: Readonly<Record<SchemaName, z.ZodMiniType>> = {
  Owner: ownerSaid,
  NameHolding: nameHolding,
  NamePage: namePage,
  NamespacePage: namespacePage,
  KeyEntry: keyEntry,
  KeyPage: keyPage,
  ChangePage: changePage,
  Transaction: transactionSaid,
  TransactionDone: transactionDone,
  Problem: problemDocument,
  Health: health,
  Trimming: trimBody,
  ...recipeComponents,
  ...pageComponents,
};

export function openApiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ordinal',
      version: '1',
      description: 'A total-order broadcast log, and coordination replayed from it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // The server that this document has come from.
    servers: [{ url: '/' }],
    paths: {
      ...pathsWithin('/v1', [], ''),
      ...pathsWithin(
        '/v1/namespaces/{namespace}',
        [parameter('path', 'namespace', namespaceName)],
        'InNamespace',
      ),
      ...namespacePaths(),
      ...recipePaths('/v1', [], ''),
      ...recipePaths(
        '/v1/namespaces/{namespace}',
        [parameter('path', 'namespace', namespaceName)],
        'InNamespace',
      ),
      '/v1/streams': streamList(),
      '/v1/stream/{path}': streamPath(),
      ...serverPaths(),
    },
    // The operator chooses the credentials: none on the loopback, IAM's signatures, or a bearer token.
    security: [{}, { bearer: [] }],
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonSchema(schema)]),
      ),
    },
  };
}

function namespacePaths(): Json {
  return {
    '/v1/namespaces': {
      get: operation(
        'listNamespaces',
        'Namespaces that were written to, in the order of their names',
        { 200: { description: 'A page', schema: 'NamespacePage' }, 400: PROBLEM },
        { parameters: queryParameters(namespacesQuery) },
      ),
    },
    '/v1/namespaces/{namespace}': {
      parameters: [parameter('path', 'namespace', namespaceName)],
      get: operation('describeNamespace', 'How far a namespace is, and how large', {
        200: { description: 'The namespace', schema: 'NamespaceDescription', headers: POSITIONED },
        400: PROBLEM,
        404: PROBLEM,
      }),
      delete: operation('deleteNamespace', 'Delete all that a namespace holds', {
        204: { description: 'Deleted' },
        400: PROBLEM,
        404: PROBLEM,
      }),
    },
  };
}

/** @param tag distinguishes the ids of operations from those of other prefixes */
function pathsWithin(...place: [prefix: string, shared: readonly Json[], tag: string]): Json {
  return { ...namePaths(...place), ...keyPaths(...place) };
}

function serverPaths(): Json {
  return {
    '/healthz': {
      get: operation('health', 'Whether the store can be reached', {
        200: { description: 'It can', schema: 'Health' },
      }),
    },
    '/livez': {
      get: operation(
        'alive',
        'Whether the process is alive',
        { 200: { description: 'It is', schema: 'Health' } },
        { open: true },
      ),
    },
    '/v1/diagnostics': {
      get: operation(
        'diagnose',
        'Whether the logs of the store keep their rules',
        { 200: { description: 'What was found', schema: 'Diagnosis' }, 400: PROBLEM },
        { parameters: queryParameters(diagnosticsQuery) },
      ),
    },
    '/v1/openapi.json': {
      get: operation('describe', 'This document', {
        200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
      }),
    },
  };
}

function namePaths(prefix: string, shared: readonly Json[], tag: string): Json {
  const name = parameter('path', 'name', z.string().check(z.minLength(1)));
  return {
    [`${prefix}/names`]: {
      parameters: shared,
      get: operation(
        `listNames${tag}`,
        'Names and their owners, in the order of their canonical forms',
        {
          200: { description: 'A page', schema: 'NamePage', headers: POSITIONED },
          400: PROBLEM,
          409: POSITIONED_PROBLEM,
        },
        { parameters: queryParameters(listQuery) },
      ),
    },
    [`${prefix}/names/{name}`]: {
      parameters: [...shared, name],
      ...changes(tag),
      get: operation(
        `lookUpName${tag}`,
        'Who holds a name',
        { 200: holding('The holder'), 400: PROBLEM, 404: POSITIONED_PROBLEM, 409: POSITIONED_PROBLEM },
        { parameters: queryParameters(readQuery) },
      ),
    },
  };
}

function changes(tag: string): Json {
  const request = {
    parameters: [parameter('header', 'Idempotency-Key', requestId)],
    body: jsonBody('Owner'),
  };
  return {
    put: operation(
      `claimName${tag}`,
      'Claim a name for an owner',
      { 200: holding('It was yours already'), 201: holding('Claimed'), ...REFUSED_CHANGE },
      request,
    ),
    delete: operation(
      `releaseName${tag}`,
      'Give a name up',
      { 204: { description: 'Released', headers: POSITIONED }, 404: POSITIONED_PROBLEM, ...REFUSED_CHANGE },
      request,
    ),
  };
}

function holding(description: string): Answer {
  return { description, schema: 'NameHolding', headers: POSITIONED };
}
