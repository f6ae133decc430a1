// Requests made from the OpenAPI document: its paths, its parameters, its bodies.

import fc from 'fast-check';
import * as z from 'zod';
import { admitOperator } from '../../src/access/principal.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly content?: Content; readonly headers?: Readonly<Record<string, unknown>> }>
  >;
}

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described | readonly Parameter[]>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation extends Described {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
}

export const METHODS = ['get', 'head', 'put', 'post', 'delete', 'patch', 'options'];

export function newApp(store = new MemoryStore()): App {
  return createApp(open(store, { waitMaxMs: 20, snapshotEvery: 4 }), admitOperator, {
    longPollMs: 50,
    eventStreamMs: 20,
  });
}

export const document = await documentOf(newApp());
const operations = operationsIn(document);
const validators = new Map<string, z.ZodType>();

async function documentOf(app: App): Promise<Document> {
  const response = await app.fetch(new Request('http://fuzz/v1/openapi.json'));
  return (await response.json()) as Document;
}

function operationsIn({ paths }: Document): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, item] of Object.entries(paths)) {
    const shared = (item['parameters'] ?? []) as readonly Parameter[];
    for (const method of METHODS) {
      const described = item[method] as Described | undefined;
      if (!described) continue;
      const parameters = [...shared, ...(described.parameters ?? [])];
      found.set(described.operationId, { ...described, method: method.toUpperCase(), path, parameters });
    }
  }
  return found;
}

/** The operations of the document, with their parameters and those of their paths. */
export const allOperations = [...operations.values()];

/** The answers of an operation by their status. */
export function described(operationId: string): Described['responses'] {
  const found = operations.get(operationId);
  if (!found) throw new Error(`there is no operation ${operationId}`);
  return found.responses;
}

export function validatorOf(reference: string): z.ZodType {
  const name = reference.split('/').at(-1) ?? '';
  const schema = document.components.schemas[name];
  if (!schema) throw new Error(`${reference} leads nowhere`);
  const validator = validators.get(name) ?? z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema);
  validators.set(name, validator);
  return validator;
}

export type Body =
  | string
  | Uint8Array<ArrayBuffer>
  | { readonly repeat: string; readonly times: number }
  | undefined;

export interface Draft {
  /** Its id in the document. */
  readonly operation: string;
  readonly method: string;
  /** As it stands in the URL. */
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Names the request in its Idempotency-Key. */
  readonly key: string | undefined;
  readonly body: Body;
}

export const at = (position: number) => `0000000000000000_${String(position).padStart(16, '0')}`;
export const STREAMS = ['a', 'a/b', 'ü 1%', 'closed', 'gone'];
export const NAMESPACES = ['s1', 's2'];
const KEYS = ['k', 'k/1', 'k/ü 1%', 'K'];

/**
 * Values that make requests meet: without them two random requests would hardly ever speak of the same thing.
 */
const POOLS: Readonly<Record<string, readonly string[]>> = {
  name: ['alice', 'ALICE', 'ａlice', 'bob', 'a/b', 'ä', '50%', 'שלום', 'two words'],
  key: KEYS,
  group: ['g', 'a/b'],
  member: ['m', 'ä'],
  namespace: NAMESPACES,
  path: ['a', 'a', 'a', ...STREAMS],
  owner: ['ann', 'ben', 'Ann', '🙂'],
  prefix: ['', 'a', 'A', 'x', 'k/'],
  startAfter: KEYS,
  after: ['a', 'alice', 'l1', 'g'],
  lease: ['l1', 'l2'],
  cursor: ['YWxpY2U', 'Ym9i'],
  offset: ['-1', 'now', at(0), at(1), at(2), at(3), at(9)],
  'If-Match': [`"${at(0)}"`, `"${at(1)}"`, `"${at(2)}"`, '"1"', '"2"'],
  'If-None-Match': ['*', '"1"', 'W/"2"', '"1", "2"'],
  'Content-Type': ['application/json', 'application/json', 'text/plain', 'Text/Plain; charset=utf-8'],
  'Idempotency-Key': ['k1', 'k2'],
};

const CONTENT_TYPE: Parameter = { name: 'Content-Type', in: 'header', required: false, schema: {} };

const record = fc.oneof(
  fc.constantFrom('1', '[1,2,3]', '[{"a":[",]"]}," \\" "]', '"\\ud800"', '[]', '', 'plain text'),
  fc.json(),
  fc.string({ unit: 'grapheme' }),
);

function textFor(name: string, schema: Schema): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'integer') return anyInteger(schema).map(String);
  const pool = POOLS[name];
  const general = anyText(schema);
  return pool ? fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...pool) }, general) : general;
}

function anyText({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern)).filter(fits);
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
}

function anyInteger({ minimum = -1000, maximum = 1000 }: Schema): fc.Arbitrary<number> {
  // Most of what is a position is near the beginning.
  const near = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 3) });
  return fc.oneof({ weight: 5, arbitrary: near }, fc.integer({ min: minimum, max: maximum }));
}

function jsonOf(schema: Schema, name = '', root = schema): fc.Arbitrary<unknown> {
  const { $ref } = schema;
  if ($ref !== undefined) {
    const target = $ref.split('/').at(-1) ?? '';
    const there = root.$defs?.[target] ?? document.components.schemas[target];
    if (!there) throw new Error(`${$ref} leads nowhere`);
    return jsonOf(there, name, there.$defs ? there : root);
  }
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const members = Object.entries(properties).map(
        ([key, value]) => [key, jsonOf(value, key, root)] as const,
      );
      return fc.record<Record<string, unknown>>(Object.fromEntries(members), { requiredKeys: [...required] });
    }
    case 'array':
      return fc.array(jsonOf(schema.items ?? {}, name, root), { maxLength: 5 });
    case 'integer':
      return anyInteger(schema);
    default:
      return textFor(name, schema);
  }
}

/** The URL standard takes these for steps in a path, however they are written. */
const isStep = (value: string) => value.split('/').some((part) => /^(\.|%2e){0,2}$/i.test(part));
/** Streams of such names cannot be reached: one of the known gaps at the end of `http.test.ts`. */
const isHeaderText = (value: string) => /^[ -~\u00a1-\u00ff]*$/.test(value);

function draftOf(operation: Operation): fc.Arbitrary<Draft> {
  const content = operation.requestBody?.content ?? {};
  const bytes = '*/*' in content;
  // The document may not name it among the parameters, because it belongs to the body.
  const asked = bytes ? [...operation.parameters, CONTENT_TYPE] : operation.parameters;
  const parameters = asked.map(({ name, in: place, required, schema }) => {
    const value = textFor(name, schema).filter((text) =>
      place === 'path' ? !isStep(text) : place === 'query' || isHeaderText(text),
    );
    if (required) return value;
    // Live reads wait, so they are rare here.
    const absent = { weight: name === 'live' ? 5 : 1, arbitrary: fc.constant(undefined) };
    return fc.oneof(absent, { weight: 1, arbitrary: value });
  });
  const schema = content['application/json']?.schema;
  const body = bytes
    ? fc.oneof(fc.constant(undefined), record)
    : schema
      ? jsonOf(schema).map((value) => JSON.stringify(value))
      : fc.constant(undefined);
  return fc.tuple(fc.tuple(...parameters), body).map(([values, sent]) => {
    const given = asked.flatMap((parameter, index) => {
      const value = values[index];
      return value === undefined ? [] : [{ ...parameter, value }];
    });
    const inPlace = (place: string) => given.filter((one) => one.in === place);
    const path = inPlace('path').reduce(
      (text, { name, value }) => text.replace(`{${name}}`, () => encoded(name, value)),
      operation.path,
    );
    const query = inPlace('query').map(({ name, value }) => `${name}=${encodeURIComponent(value)}`);
    const headers = inPlace('header').filter(({ name }) => name !== 'Idempotency-Key');
    const key = given.find(({ name }) => name === 'Idempotency-Key')?.value;
    return {
      operation: operation.operationId,
      method: operation.method,
      path,
      query: query.join('&'),
      headers: headers.map(({ name, value }) => [name, value] as const),
      key,
      body: sent,
    };
  });
}

export function encoded(name: string, value: string): string {
  const text = encodeURIComponent(value);
  return name === 'path' || name === 'key' ? text.replaceAll('%2F', '/') : text;
}

export const fitting = fc.oneof(...allOperations.map(draftOf));
export function requestOf(draft: Draft): Request | undefined {
  const { method, path, query, headers, key, body } = draft;
  const sent = method === 'GET' || method === 'HEAD' ? undefined : bytesOf(body);
  try {
    const url = new URL(`http://fuzz${path}${query === '' ? '' : `?${query}`}`);
    const all = headers.map(([name, value]): [string, string] => [name, value]);
    if (key !== undefined && !all.some(([name]) => name === 'idempotency-key')) {
      all.push(['idempotency-key', key.slice(0, 128)]);
    }
    return new Request(url, { method, headers: all, ...(sent === undefined ? {} : { body: sent }) });
  } catch {
    // Not every text is a URL, and no client can send what is none.
    return undefined;
  }
}

function bytesOf(body: Body): string | Uint8Array<ArrayBuffer> | undefined {
  return typeof body === 'object' && 'repeat' in body ? body.repeat.repeat(body.times) : body;
}
