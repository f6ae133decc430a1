// The OpenAPI document of this API, made from the same schemas that validate requests.

import * as z from 'zod';
import {
  listQuery,
  nameHolding,
  namePage,
  ownerBody,
  problemDocument,
  readQuery,
  requestId,
  spaceName,
} from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const COMPONENTS = {
  Owner: ownerBody,
  NameHolding: nameHolding,
  NamePage: namePage,
  Problem: problemDocument,
} as const;

export function openApiDocument(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ordinal',
      version: '1',
      description: 'A total-order broadcast log, and unique names replayed from it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      ...namePaths('/v1', []),
      ...namePaths('/v1/spaces/{space}', [parameter('path', 'space', spaceName)]),
      '/v1/stream/{path}': streamPath(),
      '/healthz': {
        get: operation('health', 'Whether the store can be reached', { 200: 'It can', 503: PROBLEM }),
      },
    },
    // What a server asks for is its operator's choice: nothing on the loopback, IAM's signatures, or a bearer token.
    security: [{}, { bearer: [] }],
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonSchema(schema)]),
      ),
    },
  };
}

interface Answer {
  readonly description: string;
  readonly schema?: keyof typeof COMPONENTS;
  /** The position of the space that the answer speaks of. */
  readonly positioned?: boolean;
}

const PROBLEM: Answer = { description: 'A problem document', schema: 'Problem' };
const POSITIONED_PROBLEM: Answer = { ...PROBLEM, positioned: true };
type Answers = Readonly<Record<number, string | Answer>>;

function namePaths(prefix: string, shared: readonly Json[]): Json {
  const tag = prefix.includes('{space}') ? 'InSpace' : '';
  const name = parameter('path', 'name', z.string());
  const idempotency = parameter('header', 'Idempotency-Key', requestId);
  const holding = (description: string): Answer => ({ description, schema: 'NameHolding', positioned: true });
  return {
    [`${prefix}/names`]: {
      parameters: shared,
      get: operation(
        `listNames${tag}`,
        'Names and their owners, in the order of their canonical forms',
        {
          200: { description: 'A page', schema: 'NamePage', positioned: true },
          400: PROBLEM,
          409: POSITIONED_PROBLEM,
          503: PROBLEM,
        },
        { parameters: queryParameters(listQuery) },
      ),
    },
    [`${prefix}/names/{name}`]: {
      parameters: [...shared, name],
      put: operation(
        `claimName${tag}`,
        'Claim a name for an owner',
        {
          200: holding('It was yours already'),
          201: holding('Claimed'),
          400: PROBLEM,
          409: POSITIONED_PROBLEM,
          413: PROBLEM,
          422: POSITIONED_PROBLEM,
          503: PROBLEM,
        },
        { parameters: [idempotency], body: 'Owner' },
      ),
      get: operation(
        `lookUpName${tag}`,
        'Who holds a name',
        {
          200: holding('The holder'),
          400: PROBLEM,
          404: POSITIONED_PROBLEM,
          409: POSITIONED_PROBLEM,
          503: PROBLEM,
        },
        { parameters: queryParameters(readQuery) },
      ),
      delete: operation(
        `releaseName${tag}`,
        'Give a name up',
        {
          204: { description: 'Released', positioned: true },
          400: PROBLEM,
          404: POSITIONED_PROBLEM,
          409: POSITIONED_PROBLEM,
          413: PROBLEM,
          422: POSITIONED_PROBLEM,
          503: PROBLEM,
        },
        { parameters: [idempotency], body: 'Owner' },
      ),
    },
  };
}

const OFFSET = z
  .string()
  .optional()
  .meta({ description: 'An offset of an earlier answer, -1 for the start, or now' });

function streamPath(): Json {
  const contentType = parameter('header', 'Content-Type', z.string().optional());
  const closed = parameter('header', 'Stream-Closed', z.enum(['true']).optional());
  const write = { 400: PROBLEM, 409: PROBLEM, 413: PROBLEM, 503: PROBLEM };
  return {
    parameters: [
      parameter('path', 'path', z.string().meta({ description: 'The name of the stream; may hold slashes' })),
    ],
    put: operation(
      'createStream',
      'Create a stream, with its first records if there is a body',
      { 200: 'It exists with this configuration', 201: 'Created', ...write },
      { parameters: [contentType, closed], anyBody: true },
    ),
    post: operation(
      'appendToStream',
      'Append; with application/json an array is one record per element',
      {
        204: 'Appended, at Ordinal-First-Position … Ordinal-Last-Position',
        404: PROBLEM,
        412: PROBLEM,
        ...write,
      },
      {
        parameters: [
          contentType,
          closed,
          parameter(
            'header',
            'If-Match',
            z.string().optional().meta({ description: 'Append only at this offset, in quotes' }),
          ),
        ],
        anyBody: true,
      },
    ),
    get: operation(
      'readStream',
      'Read from an offset; live=long-poll waits for more, live=sse goes on as server-sent events',
      {
        200: 'Records',
        204: 'Nothing new so far',
        304: 'Not modified',
        400: PROBLEM,
        404: PROBLEM,
        410: PROBLEM,
        416: PROBLEM,
        503: PROBLEM,
      },
      {
        parameters: [
          parameter('query', 'offset', OFFSET),
          parameter('query', 'live', z.enum(['long-poll', 'sse']).optional()),
          parameter('query', 'cursor', z.string().optional()),
        ],
      },
    ),
    head: operation('describeStream', 'The tail of a stream', {
      200: 'In the headers',
      400: PROBLEM,
      404: PROBLEM,
      503: PROBLEM,
    }),
    delete: operation('deleteStream', 'Delete a stream', {
      204: 'Deleted',
      400: PROBLEM,
      404: PROBLEM,
      409: PROBLEM,
      503: PROBLEM,
    }),
  };
}

interface Request {
  readonly parameters?: readonly Json[];
  readonly body?: string;
  readonly anyBody?: boolean;
}

function operation(operationId: string, summary: string, answers: Answers, request: Request = {}): Json {
  const body = request.body
    ? { required: true, content: { 'application/json': { schema: reference(request.body) } } }
    : request.anyBody
      ? { content: { '*/*': {} } }
      : undefined;
  return {
    operationId,
    summary,
    ...(request.parameters ? { parameters: request.parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: Object.fromEntries(
      Object.entries({ ...answers, 401: PROBLEM, 403: PROBLEM }).map(([status, answer]) => [
        status,
        responseOf(answer),
      ]),
    ),
  };
}

function responseOf(answer: string | Answer): Json {
  if (typeof answer === 'string') return { description: answer };
  const { description, schema, positioned } = answer;
  const type = schema === 'Problem' ? 'application/problem+json' : 'application/json';
  return {
    description,
    ...(positioned ? { headers: { 'Ordinal-Position': { schema: { type: 'integer' } } } } : {}),
    ...(schema ? { content: { [type]: { schema: reference(schema) } } } : {}),
  };
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function parameter(where: 'path' | 'query' | 'header', name: string, schema: z.ZodType): Json {
  const required = where === 'path';
  return { name, in: where, required, schema: jsonSchema(schema) };
}

function queryParameters(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => parameter('query', name, schema as z.ZodType));
}

/** As a client must write it: before defaults and transformations. */
function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', reused: 'inline' });
  return json;
}
