// The parts of the OpenAPI document: operations, their parameters, and their answers.

import type * as z from 'zod/mini';
import { jsonSchema } from './json-schema.ts';
import type { pageComponents } from './page-schemas.ts';
import type { recipeComponents } from './recipe-schemas.ts';

export type Json = Readonly<Record<string, unknown>>;

export type SchemaName =
  | 'Owner'
  | 'NameHolding'
  | 'NamePage'
  | 'NamespacePage'
  | 'KeyEntry'
  | 'KeyPage'
  | 'ChangePage'
  | 'Transaction'
  | 'TransactionDone'
  | 'Problem'
  | 'Health'
  | 'Trimming'
  | keyof typeof recipeComponents
  | keyof typeof pageComponents;

export interface Answer {
  readonly description: string;
  readonly schema?: SchemaName;
  /** The content by media type, unless it is JSON with a schema of ours. */
  readonly content?: Json;
  /** The description of each header. */
  readonly headers?: Readonly<Record<string, Json>>;
}

export type Answers = Readonly<Record<number, Answer>>;

export const PROBLEM: Answer = { description: 'A problem document', schema: 'Problem' };

/** The position of the namespace that an answer speaks of. */
export const POSITION: Json = header('The position of the namespace that the answer speaks of', {
  type: 'integer',
});

export const POSITIONED_PROBLEM: Answer = { ...PROBLEM, headers: { 'Ordinal-Position': POSITION } };

export const POSITIONED = { 'Ordinal-Position': POSITION };

/** The refusals of a change: its contents, its size, the present state, or its key. */
export const REFUSED_CHANGE: Answers = {
  400: PROBLEM,
  409: POSITIONED_PROBLEM,
  413: PROBLEM,
  422: POSITIONED_PROBLEM,
};

/** Answers that every operation may have: from the checks before it, and for errors of the server. */
const ANYWHERE: Answers = {
  405: { ...PROBLEM, headers: { Allow: header('The methods that there are') } },
  431: { description: 'Too many headers; no body' },
  500: PROBLEM,
};

const WITH_CREDENTIALS: Answers = {
  401: { ...PROBLEM, headers: { 'WWW-Authenticate': header('How to ask') } },
  403: PROBLEM,
  429: { ...PROBLEM, headers: { 'Retry-After': header('In seconds', { type: 'integer' }) } },
  503: { ...PROBLEM, headers: { 'Retry-After': header('In seconds', { type: 'integer' }) } },
};

export interface Request {
  readonly parameters?: readonly Json[];
  readonly body?: Json;
  /** Needs no credentials. */
  readonly open?: boolean;
}

export function operation(
  operationId: string,
  summary: string,
  answers: Answers,
  request: Request = {},
): Json {
  const { parameters, body, open = false } = request;
  const all = { ...answers, ...(open ? {} : WITH_CREDENTIALS), ...ANYWHERE };
  return {
    operationId,
    summary,
    ...(open ? { security: [] } : {}),
    ...(parameters ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: Object.fromEntries(
      Object.entries(all).map(([status, answer]) => [status, responseOf(answer)]),
    ),
  };
}

function responseOf({ description, schema, content, headers }: Answer): Json {
  const type = schema === 'Problem' ? 'application/problem+json' : 'application/json';
  return {
    description,
    ...(headers ? { headers } : {}),
    ...(content ? { content } : {}),
    ...(schema ? { content: { [type]: { schema: reference(schema) } } } : {}),
  };
}

export function header(description: string, schema: Json = { type: 'string' }): Json {
  return { description, schema };
}

export function jsonBody(schema: SchemaName): Json {
  return { required: true, content: { 'application/json': { schema: reference(schema) } } };
}

function reference(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

export function parameter(where: 'path' | 'query' | 'header', name: string, schema: z.ZodMiniType): Json {
  return { name, in: where, required: where === 'path', schema: jsonSchema(schema) };
}

export function queryParameters(query: z.ZodMiniObject): Json[] {
  return Object.entries(query.shape).map(([name, schema]) =>
    parameter('query', name, schema as z.ZodMiniType),
  );
}
