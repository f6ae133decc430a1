// Keys over HTTP. Every change carries an idempotency key, so it is repeated until its outcome is known or
// time is up.

import * as z from 'zod/mini';
import type { Rejected } from '../api/common.ts';
import type * as api from '../api/keys.ts';
import { keyFault, prefixFault, textValueFault } from '../resource-names.ts';
import { keyEntry } from './json-value.ts';
import { type NamespaceSender, parsed, queryOf, refused, unread } from './namespace-sender.ts';
import type { Problem } from './sender.ts';

const page = z.object({ entries: z.array(keyEntry), more: z.boolean() });

export class KeysClient implements api.Keys {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async put(key: string, value: string | Uint8Array, options: api.PutOptions = {}): Promise<api.PutResult> {
    const { lease, idempotencyKey, ...conditions } = options;
    const fault = keyFault(key) ?? textValueFault(value);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.change('PUT', `${pathOf(key)}${queryOf({ lease })}`, {
      headers: { 'content-type': 'application/octet-stream', ...headersOf(conditions) },
      body: value,
      idempotencyKey,
    });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') {
      const kind = asked.status === 201 ? 'created' : 'changed';
      return { kind, position, entry: parsed(keyEntry, asked.body) };
    }
    const { code } = asked.problem;
    if (code === 'condition-failed') return { kind: code, position, entry: entryIn(asked.problem) };
    if (code === 'lease-not-found') return { kind: code, position };
    return refused(asked.problem, position);
  }

  async get(key: string, options: api.GetKeyOptions = {}): Promise<api.GetKeyResult> {
    const fault = keyFault(key);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(key), options, { accept: 'application/json' });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'found', position, entry: parsed(keyEntry, asked.body) };
    if (asked.problem.code === 'key-not-found') return { kind: 'not-found', position };
    return goneIn(asked.problem) ?? unread(asked.problem, position);
  }

  async delete(key: string, options: api.DeleteKeyOptions = {}): Promise<api.DeleteKeyResult> {
    const { idempotencyKey, ifModified } = options;
    const fault = keyFault(key);
    if (fault !== undefined) return invalid(fault);
    const headers = headersOf({ ifModified });
    const asked = await this.#sender.change('DELETE', pathOf(key), { headers, idempotencyKey });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'deleted', position };
    const { code } = asked.problem;
    if (code === 'key-not-found') return { kind: 'not-found', position };
    if (code === 'condition-failed') return { kind: code, position, entry: entryIn(asked.problem) };
    return refused(asked.problem, position);
  }

  async list(options: api.ListKeysOptions = {}): Promise<api.ListKeysResult> {
    const { prefix = '', startAfter } = options;
    // A URL would replace text that is not valid Unicode.
    const fault = prefixFault(prefix) ?? (startAfter === undefined ? undefined : keyFault(startAfter));
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read('/keys', options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'page', position, ...parsed(page, asked.body) };
    return goneIn(asked.problem) ?? unread(asked.problem, position);
  }
}

function pathOf(key: string): string {
  return `/keys/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function headersOf({ ifModified, ifAbsent }: api.KeyConditions): Record<string, string> {
  return {
    ...(ifModified === undefined ? {} : { 'if-match': `"${ifModified}"` }),
    ...(ifAbsent ? { 'if-none-match': '*' } : {}),
  };
}

/** Undefined when there is no such key, or the caller may not read it. */
function entryIn({ members }: Problem): api.KeyEntry | undefined {
  return z.optional(keyEntry).parse(members['entry']);
}

const gone = z.object({ earliest: z.int() });

export function goneIn({ code, members }: Problem): api.Gone | undefined {
  return code === 'gone' ? { kind: 'gone', ...gone.parse(members) } : undefined;
}

function invalid(message: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message };
}
