// Unique names over HTTP. Every change carries an idempotency key, so it is repeated until its outcome is known or time is up.

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { isDotSegment } from './paths.ts';
import {
  type Answered,
  type Problem,
  type Rejected,
  type RequestFailed,
  rejected,
  type Sender,
} from './sender.ts';

const holding = z.object({ name: z.string(), owner: z.string(), claimedAt: z.int() });

/** Who holds a name, and since which position. */
export type NameHolder = z.infer<typeof holding>;

export interface NameOptions {
  /** The same request under the same key gets the first answer again. Default: a new one for each call. */
  readonly idempotencyKey?: string | undefined;
}

export interface NameReadOptions {
  /** Default: `linearizable`. */
  readonly consistency?: 'linearizable' | 'sequenced' | 'local' | undefined;
  /** Answer from a state at this position or a later one. Default for `local`: the last position that this object has seen. */
  readonly after?: number | undefined;
}

type Position = { readonly position: number };

export type ClaimAnswer =
  | ({ readonly kind: 'claimed' | 'already-yours'; readonly holder: NameHolder } & Position)
  /** `holder` is undefined when the caller may not know. */
  | ({ readonly kind: 'taken'; readonly holder: NameHolder | undefined } & Position)
  | Rejected
  | RequestFailed;

export type ReleaseAnswer =
  | ({ readonly kind: 'released' | 'not-held' } & Position)
  | ({ readonly kind: 'not-yours'; readonly holder: NameHolder | undefined } & Position)
  | Rejected
  | RequestFailed;

export type LookUpAnswer =
  | ({ readonly kind: 'held'; readonly holder: NameHolder } & Position)
  | ({ readonly kind: 'free' } & Position)
  | Rejected
  | RequestFailed;

const POSITION = 'ordinal-position';

export class NamesClient {
  readonly #asker: Sender;
  readonly #prefix: string;
  #seen = 0;

  /** @throws RangeError when `namespace` cannot be the name of one */
  constructor(asker: Sender, namespace: string | undefined) {
    if (namespace !== undefined && isDotSegment(namespace))
      throw new RangeError(`"${namespace}" is no namespace`);
    this.#asker = asker;
    this.#prefix =
      namespace === undefined ? '/v1/names' : `/v1/namespaces/${encodeURIComponent(namespace)}/names`;
  }

  /** The greatest position in any answer so far. */
  get lastPosition(): number {
    return this.#seen;
  }

  /** @param owner leave it out with a JSON Web Token: then it is the token's subject */
  async claim(name: string, owner?: string, options: NameOptions = {}): Promise<ClaimAnswer> {
    const asked = await this.#change('PUT', name, owner, options);
    if (asked.kind === 'failed' || asked.kind === 'rejected') return asked;
    const position = this.#note(asked.headers);
    if (asked.kind === 'answer') {
      const holder = holderOf(asked.body);
      return { kind: asked.status === 201 ? 'claimed' : 'already-yours', position, holder };
    }
    if (asked.problem.code === 'name-taken')
      return { kind: 'taken', position, holder: holderIn(asked.problem) };
    return rejected(asked.problem);
  }

  async release(name: string, owner?: string, options: NameOptions = {}): Promise<ReleaseAnswer> {
    const asked = await this.#change('DELETE', name, owner, options);
    if (asked.kind === 'failed' || asked.kind === 'rejected') return asked;
    const position = this.#note(asked.headers);
    if (asked.kind === 'answer') return { kind: 'released', position };
    const { code } = asked.problem;
    if (code === 'name-not-held') return { kind: 'not-held', position };
    if (code === 'name-not-yours') return { kind: 'not-yours', position, holder: holderIn(asked.problem) };
    return rejected(asked.problem);
  }

  async lookUp(name: string, options: NameReadOptions = {}): Promise<LookUpAnswer> {
    if (isDotSegment(name)) return unreachableName(name);
    const path = `${this.#prefix}/${encodeURIComponent(name)}?${this.#reading(options)}`;
    const asked = await this.#asker.ask({ method: 'GET', path, repeatable: true, expectedHeader: POSITION });
    if (asked.kind === 'failed') return asked;
    const position = this.#note(asked.headers);
    if (asked.kind === 'answer') return { kind: 'held', position, holder: holderOf(asked.body) };
    if (asked.problem.code === 'name-not-held') return { kind: 'free', position };
    return rejected(asked.problem);
  }

  async #change(
    method: string,
    name: string,
    owner: string | undefined,
    { idempotencyKey = randomUUID() }: NameOptions,
  ): Promise<Answered | Rejected> {
    if (isDotSegment(name)) return unreachableName(name);
    return this.#asker.ask({
      method,
      path: `${this.#prefix}/${encodeURIComponent(name)}`,
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify({ owner }),
      repeatable: true,
      expectedHeader: POSITION,
    });
  }

  #reading({ consistency, after }: NameReadOptions): URLSearchParams {
    const query = new URLSearchParams();
    if (consistency !== undefined) query.set('consistency', consistency);
    const from = after ?? (consistency === 'local' ? this.#seen : undefined);
    if (from !== undefined) query.set('after', String(from));
    return query;
  }

  #note(headers: Headers): number {
    const position = Number(headers.get(POSITION) ?? 0);
    this.#seen = Math.max(this.#seen, position);
    return position;
  }
}

function holderOf(body: Uint8Array): NameHolder {
  return holding.parse(JSON.parse(Buffer.from(body).toString('utf8')));
}

/** Undefined when the caller may not know. */
function holderIn(problem: Problem): NameHolder | undefined {
  return holding.optional().parse(problem.members['holder']);
}

function unreachableName(name: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message: `"${name}" cannot be a part of a URL` };
}
