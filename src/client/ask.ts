// One request, repeated where that can do no harm, and what is known when it fails all the same.

import * as z from 'zod';
import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import { NotSentError, type Transport } from './transport.ts';

export interface AskOptions {
  readonly transport: Transport;
  /** Where the API is. */
  readonly url: string | URL;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long a request is tried before it fails, in milliseconds. Default: 20,000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** `definite`: nothing happened. Otherwise the request may have had its effect all the same. */
export interface RequestFailed {
  readonly kind: 'failed';
  readonly definite: boolean;
  readonly message: string;
}

export interface Wish {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** The same wish twice has the effect of one: reads, and whatever carries an idempotency key. */
  readonly repeatable: boolean;
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly definite: boolean;
  /** The document as it came. */
  readonly members: Readonly<Record<string, unknown>>;
}

export type Answered =
  | { readonly kind: 'answer'; readonly response: Response }
  | { readonly kind: 'problem'; readonly response: Response; readonly problem: Problem }
  | RequestFailed;

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string().default(''),
  definite: z.boolean(),
});

const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 2000;

export class Asker {
  readonly #options: AskOptions;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(options: AskOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  async ask(wish: Wish): Promise<Answered> {
    const startedAt = this.#clock.monotonicMs();
    const timeoutMs = this.#options.timeoutMs ?? 20_000;
    // Once a try may have had an effect, no later refusal to serve takes that back.
    let definite = true;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2)) {
      const tried = await this.#try(wish);
      if (tried.kind !== 'failed') return tried;
      definite &&= tried.definite;
      const late = this.#clock.monotonicMs() - startedAt + pauseMs > timeoutMs;
      if (late || !(definite || wish.repeatable)) return { ...tried, definite };
      await this.#clock.sleep(pauseMs * (0.5 + this.#random.fraction() / 2));
    }
  }

  async #try(wish: Wish): Promise<Answered> {
    const { url, headers, transport } = this.#options;
    let response: Response;
    try {
      const request = new Request(new URL(wish.path, url), {
        method: wish.method,
        headers: { ...headers, ...wish.headers },
        ...(wish.body === undefined ? {} : { body: wish.body }),
      });
      response = await transport(request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', definite: error instanceof NotSentError, message };
    }
    return response.ok || response.status === 304 ? { kind: 'answer', response } : problemOf(response);
  }
}

async function problemOf(response: Response): Promise<Answered> {
  const text = await response.text().catch(() => '');
  const parsed = problemSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    return foreignAnswer(response, text);
  }
  const { code, detail, definite } = parsed.data;
  if (code === 'unavailable' || code === 'outcome-unknown' || code === 'internal') {
    return { kind: 'failed', definite, message: detail };
  }
  const problem = { status: response.status, code, detail, definite, members: parsed.data };
  return { kind: 'problem', response, problem };
}

/** Not from Ordinal: from a proxy, or from Lambda itself. What was refused before Ordinal saw it (4xx) has not happened. */
function foreignAnswer(response: Response, text: string): Answered {
  const { status } = response;
  const detail = `status ${status}: ${text.slice(0, 200)}`;
  if (status >= 500 || status === 429) return { kind: 'failed', definite: status === 429, message: detail };
  const problem = { status, code: `http-${status}`, detail, definite: true, members: {} };
  return { kind: 'problem', response, problem };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
