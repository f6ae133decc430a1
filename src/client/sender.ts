// Sends one request, repeats it where that can do no harm, and says on failure whether it may have taken
// effect.

import * as z from 'zod/mini';
import type { Failed, Rejected } from '../api/common.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import { NotSentError, type Transport } from './transport.ts';

export interface SenderOptions {
  readonly transport: Transport;
  /** The address of the API. */
  readonly url: string | URL;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * How long a request is tried before it fails, in milliseconds. A read that waits at the server has that
   * time besides. Default: 20,000.
   */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  /** Whether two deliveries have the effect of one: reads, and requests with an idempotency key. */
  readonly repeatable: boolean;
  /** The server answers when it has something to report, or when its own time-out is over. */
  readonly waits?: boolean;
  /** After it aborts, the request fails and is not repeated. */
  readonly signal?: AbortSignal | undefined;
  /** A header that every good answer of Ordinal has. An answer without it is from another program. */
  readonly expectedHeader: string;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  /** The document as it came. */
  readonly members: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

interface ProblemAnswer {
  readonly kind: 'problem';
  readonly headers: Headers;
  readonly problem: Problem;
}

/** `lostAnswer`: an earlier try of the same request may have had an effect, and was not answered. */
export type Answered = ((Answer | ProblemAnswer) & { readonly lostAnswer: boolean }) | Failed;

/** A try without an answer. `retryable`: the same request may succeed later. */
type FailedTry = Failed & { readonly retryable: boolean };

type Tried = Answer | ProblemAnswer | FailedTry;

type Opened = { readonly kind: 'open'; readonly response: Response } | ProblemAnswer | FailedTry;

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z._default(z.string(), ''),
  definite: z.boolean(),
});

/** No server waits longer; a function in the cloud ends after a minute. */
const SERVER_WAIT_MAX_MS = 60_000;
const TIMEOUT_MS = 20_000;
const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 2000;
/** The same request may succeed later. Only the first two say that nothing happened. */
const PASSING = new Set(['unavailable', 'quota-exceeded', 'outcome-unknown', 'internal']);
/** Answers from before Ordinal looked at the request, so they do not settle an earlier try. */
const AT_THE_DOOR = /^(unauthenticated|forbidden|http-\d+)$/;

export class Sender {
  readonly #options: SenderOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #underWay = new Set<Promise<Answered>>();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  get clock(): Clock {
    return this.#clock;
  }

  get random(): Random {
    return this.#random;
  }

  /** How long a request is tried before it fails. */
  get timeoutMs(): number {
    return this.#options.timeoutMs ?? TIMEOUT_MS;
  }

  ask(wish: OutgoingRequest): Promise<Answered> {
    const asked = this.#ask(wish).finally(() => this.#underWay.delete(asked));
    this.#underWay.add(asked);
    return asked;
  }

  /** Resolves when no request is on its way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #ask(wish: OutgoingRequest): Promise<Answered> {
    const timeoutMs = this.timeoutMs + (wish.waits ? SERVER_WAIT_MAX_MS : 0);
    const deadline = this.#clock.monotonicMs() + timeoutMs;
    // Once a try may have had an effect, no later refusal to serve takes that back.
    let definite = true;
    for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2)) {
      const tried = await this.#tryUntil(deadline, wish);
      if (tried.kind === 'problem' && !definite && AT_THE_DOOR.test(tried.problem.code)) {
        return { kind: 'failed', definite, message: `tried before; now ${tried.problem.detail}` };
      }
      if (tried.kind !== 'failed') return { ...tried, lostAnswer: !definite };
      definite &&= tried.definite;
      const late = this.#clock.monotonicMs() + pauseMs > deadline;
      if (late || wish.signal?.aborted || !tried.retryable || !(definite || wish.repeatable)) {
        return { kind: 'failed', definite, message: tried.message };
      }
      await this.#clock.sleep(pauseMs * (0.5 + this.#random.fraction() / 2), wish.signal);
    }
  }

  /** Also gives up a transport that ignores the signal. */
  async #tryUntil(deadline: number, wish: OutgoingRequest): Promise<Tried> {
    const controller = new AbortController();
    let giveUp = (_message: string): void => undefined;
    const late = new Promise<Tried>((resolve) => {
      giveUp = (message) => {
        resolve(failedTry(message));
        controller.abort();
      };
    });
    const leftMs = Math.ceil(Math.max(0, deadline - this.#clock.monotonicMs()));
    const timer = setTimeout(() => giveUp('no answer in time'), leftMs);
    const aborted = () => giveUp('given up');
    wish.signal?.addEventListener('abort', aborted);
    if (wish.signal?.aborted) aborted();
    try {
      return await Promise.race([this.#try(wish, controller.signal), late]);
    } finally {
      clearTimeout(timer);
      wish.signal?.removeEventListener('abort', aborted);
    }
  }

  async #try(wish: OutgoingRequest, signal: AbortSignal): Promise<Tried> {
    const opened = await this.open(wish, signal);
    if (opened.kind !== 'open') return opened;
    const { status, headers } = opened.response;
    try {
      return { kind: 'answer', status, headers, body: new Uint8Array(await opened.response.arrayBuffer()) };
    } catch (error) {
      return failedTry(error instanceof Error ? error.message : String(error));
    }
  }

  /** One try, whose answer can be read while it comes. */
  async open(wish: OutgoingRequest, signal: AbortSignal): Promise<Opened> {
    try {
      // Not as a method: the `fetch` of a browser refuses to be one of another object.
      const { transport } = this.#options;
      const response = await transport(this.#requestOf(wish, signal));
      if (!response.ok) return await problemOf(response, wish.method);
      if (response.headers.has(wish.expectedHeader)) return { kind: 'open', response };
      return failedTry('the answer is not from Ordinal');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!(error instanceof NotSentError)) return failedTry(message);
      return { kind: 'failed', definite: true, retryable: error.retryable, message };
    }
  }

  /** @throws NotSentError when the URL or the headers of this client make no valid request */
  #requestOf(wish: OutgoingRequest, signal: AbortSignal): Request {
    const { url, headers } = this.#options;
    try {
      return new Request(new URL(wish.path, url), {
        method: wish.method,
        headers: { ...headers, ...wish.headers },
        signal,
        ...(wish.body === undefined ? {} : { body: bodyOf(wish.body) }),
      });
    } catch (cause) {
      throw new NotSentError(cause instanceof Error ? cause.message : String(cause), {
        retryable: false,
        cause,
      });
    }
  }
}

/** `fetch` accepts no memory that threads share. */
function bodyOf(body: Uint8Array | string): Uint8Array<ArrayBuffer> | string {
  return typeof body === 'string' ? body : new Uint8Array(body);
}

/** A try of unknown outcome. */
function failedTry(message: string): FailedTry {
  return { kind: 'failed', definite: false, retryable: true, message };
}

const CODE = 'ordinal-code';

async function problemOf(response: Response, method: string): Promise<ProblemAnswer | FailedTry> {
  const { headers } = response;
  // An answer to HEAD has no document, and a HEAD changes nothing.
  const named = method === 'HEAD' ? headers.get(CODE) : null;
  if (named !== null && !PASSING.has(named))
    return { kind: 'problem', headers, problem: { code: named, detail: named, members: {} } };
  const text = await response.text().catch(() => '');
  const parsed = problemSchema.safeParse(jsonOf(text));
  if (!parsed.success) return foreignAnswer(response, text);
  const { code, detail, definite } = parsed.data;
  if (PASSING.has(code)) return { kind: 'failed', definite, retryable: true, message: detail };
  return { kind: 'problem', headers, problem: { code, detail, members: parsed.data } };
}

/**
 * An answer from a proxy, or from Lambda itself, or one that was broken off. A request that was refused
 * before Ordinal saw it (4xx) has not happened.
 */
function foreignAnswer({ status, headers }: Response, text: string): ProblemAnswer | FailedTry {
  const detail = `status ${status}: ${text.slice(0, 200)}`;
  const brokenOff = headers.has(CODE);
  if (brokenOff || status >= 500) return failedTry(detail);
  if (status === 429) return { kind: 'failed', definite: true, retryable: true, message: detail };
  return { kind: 'problem', headers, problem: { code: `http-${status}`, detail, members: {} } };
}

export function rejected({ code, detail }: Problem): Rejected {
  return { kind: 'rejected', code, message: detail };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
