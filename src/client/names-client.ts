// Unique names over HTTP. Every change carries an idempotency key, so it is repeated until its outcome is
// known or time is up.

import * as z from 'zod/mini';
import type { ChangeOptions, Failed, ReadOptions, Rejected } from '../api/common.ts';
import type * as api from '../api/names.ts';
import { type Asked, type NamespaceSender, parsed, refused, unread } from './namespace-sender.ts';
import type { Problem } from './sender.ts';

const holding = z.object({ name: z.string(), owner: z.string(), claimedAt: z.int() });
const page = z.object({ names: z.array(holding), cursor: z.optional(z.string()) });

export class NamesClient implements api.Names {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async claim(name: string, owner?: string, options: ChangeOptions = {}): Promise<api.ClaimResult> {
    const asked = await this.#change('PUT', name, owner, options);
    if (asked.kind === 'failed' || asked.kind === 'rejected') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') {
      const kind = asked.status === 201 ? 'claimed' : 'already-yours';
      return { kind, position, holder: parsed(holding, asked.body) };
    }
    if (asked.problem.code === 'name-taken')
      return { kind: 'taken', position, holder: holderIn(asked.problem) };
    return refused(asked.problem, position);
  }

  async release(name: string, owner?: string, options: ChangeOptions = {}): Promise<api.ReleaseResult> {
    const asked = await this.#change('DELETE', name, owner, options);
    if (asked.kind === 'failed' || asked.kind === 'rejected') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'released', position };
    const { code } = asked.problem;
    if (code === 'name-not-held') return { kind: 'not-held', position };
    if (code === 'name-not-yours') return { kind: 'not-yours', position, holder: holderIn(asked.problem) };
    return refused(asked.problem, position);
  }

  async lookUp(name: string, options: ReadOptions = {}): Promise<api.LookUpResult> {
    if (isUnreachable(name)) return unreachableName(name);
    const asked = await this.#sender.read(`/names/${encodeURIComponent(name)}`, options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'held', position, holder: parsed(holding, asked.body) };
    if (asked.problem.code === 'name-not-held') return { kind: 'free', position };
    return unread(asked.problem, position);
  }

  async list({ prefix, limit, cursor, ...reading }: api.ListOptions = {}): Promise<api.ListResult> {
    const asked = await this.#sender.read('/names', { prefix, limit, cursor, ...reading });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind !== 'answer') return unread(asked.problem, position);
    const { names, cursor: next } = parsed(page, asked.body);
    return { kind: 'page', position, names, cursor: next };
  }

  async #change(
    method: string,
    name: string,
    owner: string | undefined,
    { idempotencyKey }: ChangeOptions,
  ): Promise<Asked | Rejected | Failed> {
    if (isUnreachable(name)) return unreachableName(name);
    const below = `/names/${encodeURIComponent(name)}`;
    return this.#sender.change(method, below, { idempotencyKey, body: JSON.stringify({ owner }) });
  }
}

/** Undefined when the caller may not know. */
function holderIn(problem: Problem): api.NameHolder | undefined {
  return z.optional(holding).parse(problem.members['holder']);
}

/** In a URL the first leads to the list, and the others to the path above, in every spelling. */
function isUnreachable(name: string): boolean {
  return name === '' || name === '.' || name === '..';
}

function unreachableName(name: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message: `no name is ${JSON.stringify(name)}` };
}
