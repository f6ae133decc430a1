// Unique names over HTTP. Every change carries an idempotency key, so it is repeated until its outcome is
// known or time is up.

import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Behind, ChangeOptions, Failed, KeyReused, ReadOptions, Rejected } from '../api/common.ts';
import type * as api from '../api/names.ts';
import { assertNamespace } from '../resource-names.ts';
import { type Answered, type Problem, rejected, type Sender } from './sender.ts';

const holding = z.object({ name: z.string(), owner: z.string(), claimedAt: z.int() });
const page = z.object({ names: z.array(holding), cursor: z.optional(z.string()) });

const POSITION = 'ordinal-position';

/** What came of a request, with the position that it names. */
type Asked = Exclude<Answered, Failed> & { readonly position: number };

export class NamesClient implements api.Names {
  readonly #sender: Sender;
  readonly #prefix: string;
  /** The greatest position in any answer so far. */
  #seen = 0;

  /** @throws RangeError when no namespace is called that */
  constructor(sender: Sender, namespace: string) {
    assertNamespace(namespace);
    this.#sender = sender;
    this.#prefix = `/v1/namespaces/${namespace}/names`;
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
    const asked = await this.#read(`/${encodeURIComponent(name)}`, options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'held', position, holder: parsed(holding, asked.body) };
    if (asked.problem.code === 'name-not-held') return { kind: 'free', position };
    return unread(asked.problem, position);
  }

  async list({ prefix, limit, cursor, ...reading }: api.ListOptions = {}): Promise<api.ListResult> {
    const asked = await this.#read('', { prefix, limit, cursor, ...reading });
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
    { idempotencyKey = randomUUID() }: ChangeOptions,
  ): Promise<Asked | Rejected | Failed> {
    if (isUnreachable(name)) return unreachableName(name);
    return this.#noted(
      await this.#sender.ask({
        method,
        path: `${this.#prefix}/${encodeURIComponent(name)}`,
        headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify({ owner }),
        repeatable: true,
        expectedHeader: POSITION,
      }),
    );
  }

  async #read(below: string, options: ReadOptions & api.ListOptions): Promise<Asked | Failed> {
    const query = new URLSearchParams();
    const after = options.after ?? (options.consistency === 'local' ? this.#seen : undefined);
    for (const [name, value] of Object.entries({ ...options, after })) {
      if (value !== undefined) query.set(name, String(value));
    }
    const path = `${this.#prefix}${below}?${query}`;
    return this.#noted(
      await this.#sender.ask({ method: 'GET', path, repeatable: true, expectedHeader: POSITION }),
    );
  }

  #noted(answered: Answered): Asked | Failed {
    if (answered.kind === 'failed') return answered;
    const position = Number(answered.headers.get(POSITION) ?? 0);
    this.#seen = Math.max(this.#seen, position);
    return { ...answered, position };
  }
}

function parsed<T>(schema: z.ZodMiniType<T>, body: Uint8Array): T {
  return schema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
}

/** Undefined when the caller may not know. */
function holderIn(problem: Problem): api.NameHolder | undefined {
  return z.optional(holding).parse(problem.members['holder']);
}

function refused(problem: Problem, position: number): KeyReused | Rejected {
  if (problem.code !== 'idempotency-key-reused') return rejected(problem);
  return { kind: 'idempotency-key-reused', position, message: problem.detail };
}

function unread(problem: Problem, position: number): Behind | Rejected {
  return problem.code === 'position-not-reached' ? { kind: 'behind', position } : rejected(problem);
}

/** In a URL the first leads to the list, and the others mean the place above, however they are written. */
function isUnreachable(name: string): boolean {
  return name === '' || name === '.' || name === '..';
}

function unreachableName(name: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message: `no name is ${JSON.stringify(name)}` };
}
