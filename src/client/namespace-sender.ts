// Requests to one namespace, and the positions in their answers.

import type * as z from 'zod/mini';
import type { Behind, Failed, KeyReused, ListPageOptions, ReadOptions, Rejected } from '../api/common.ts';
import { systemRandom } from '../clock.ts';
import { assertNamespace } from '../resource-names.ts';
import { hexOf, textOf } from './bytes.ts';
import { type Answered, type OutgoingRequest, type Problem, rejected, type Sender } from './sender.ts';

const POSITION = 'ordinal-position';
const KEY_BYTES = 16;

/** Not `crypto.randomUUID`: a page that came over plain HTTP does not have that. */
function newKey(): string {
  return hexOf(systemRandom.bytes(KEY_BYTES));
}

/** The answer to a request, with the position that it names. */
export type Asked = Exclude<Answered, Failed> & { readonly position: number };

export interface Change extends Pick<OutgoingRequest, 'headers' | 'body' | 'waits'> {
  readonly idempotencyKey?: string | undefined;
}

export class NamespaceSender {
  readonly sender: Sender;
  readonly #prefix: string;
  /** The greatest position in any answer so far. */
  #seen = 0;

  /** @throws RangeError when no namespace is called that */
  constructor(sender: Sender, namespace: string) {
    assertNamespace(namespace);
    this.sender = sender;
    this.#prefix = `/v1/namespaces/${namespace}`;
  }

  /**
   * A change that is repeated until its outcome is known or time is up: the second time under the same
   * idempotency key it does nothing.
   */
  change(
    method: string,
    below: string,
    { idempotencyKey = newKey(), headers, ...rest }: Change,
  ): Promise<Asked | Failed> {
    return this.ask({
      ...rest,
      method,
      path: below,
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey, ...headers },
    });
  }

  /** @param query options of the read, and other parameters of the URL */
  read<Query extends ReadOptions>(
    below: string,
    query: Query,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Asked | Failed> {
    const after = query.after ?? (query.consistency === 'local' ? this.#seen : undefined);
    return this.ask({ method: 'GET', path: below + queryOf({ ...query, after }), headers });
  }

  /** A page of a list. */
  list(below: string, query: ListPageOptions): Promise<Asked | Failed> {
    const isLocal = query.consistency === 'local';
    const minPosition = query.minPosition ?? (isLocal ? this.#seen : undefined);
    return this.ask({ method: 'GET', path: below + queryOf({ ...query, minPosition }) });
  }

  /** A request that may be repeated. `path` is the one within the namespace. */
  async ask(wish: Omit<OutgoingRequest, 'repeatable' | 'expectedHeader'>): Promise<Asked | Failed> {
    const path = this.pathOf(wish.path);
    const answered = await this.sender.ask({ ...wish, path, repeatable: true, expectedHeader: POSITION });
    if (answered.kind === 'failed') return answered;
    const position = Number(answered.headers.get(POSITION) ?? 0);
    this.#seen = Math.max(this.#seen, position);
    return { ...answered, position };
  }

  /** A read whose answer comes bit by bit: one try. */
  open(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): ReturnType<Sender['open']> {
    const wish = {
      method: 'GET',
      path: this.pathOf(path),
      headers,
      repeatable: true,
      expectedHeader: POSITION,
    };
    return this.sender.open(wish, signal);
  }

  pathOf(below: string): string {
    return this.#prefix + below;
  }
}

/** The query with its question mark; empty without parameters. */
export function queryOf(members: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

export function parsed<T>(schema: z.ZodMiniType<T>, body: Uint8Array): T {
  return schema.parse(JSON.parse(textOf(body)));
}

/** Why a change did not happen, where no other code of the problem says more. */
export function refused(problem: Problem, position: number): KeyReused | Rejected {
  if (problem.code !== 'idempotency-key-reused') return rejected(problem);
  return { kind: 'idempotency-key-reused', position, message: problem.detail };
}

/** Why a read was not answered. */
export function unread(problem: Problem, position: number): Behind | Rejected {
  return problem.code === 'position-not-reached' ? { kind: 'behind', position } : rejected(problem);
}
