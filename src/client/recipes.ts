// What the clients of leases, locks, elections, groups and sequences have in common.

import type * as z from 'zod/mini';
import type { Failed, ListPage, ListPageOptions, PageOptions, Rejected } from '../api/common.ts';
import type { LeaseNotFound } from '../api/keys.ts';
import { elapsedMs, momentOf, type Random } from '../clock.ts';
import { hexOf } from './bytes.ts';
import { type Asked, type NamespaceSender, parsed, unread } from './namespace-sender.ts';
import { type Problem, rejected } from './sender.ts';

const LEASE_ID_BYTES = 12;
/** A server that is about to end answers at once. */
const ASK_AGAIN_MS = 100;
/** No server waits longer for one request. */
const WAIT_MAX_MS = 60_000;

/** The name of a lease that the client makes, so that to ask again is harmless. */
export function newLease(random: Random): string {
  return hexOf(random.bytes(LEASE_ID_BYTES));
}

export function invalid(message: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message };
}

/** A change that is harmless to repeat without a key, such as one by a lease. */
export function asJson(method: string, path: string, body: unknown) {
  return { method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Why something did not happen, where no other code says more. */
export function undone(problem: Problem, position: number): LeaseNotFound | Rejected {
  return problem.code === 'lease-not-found' ? { kind: 'lease-not-found', position } : rejected(problem);
}

/** The same of something that needs no lease to be there. */
export function refusedAs<Kind extends string>(
  { problem, position }: { readonly problem: Problem; readonly position: number },
  code: string,
  kind: Kind,
): { readonly kind: Kind; readonly position: number } | Rejected {
  return problem.code === code ? { kind, position } : rejected(problem);
}

export function waitFault(waitMs: number): string | undefined {
  return waitMs >= 0 ? undefined : 'waitMs is a number of milliseconds, and not less than 0';
}

export interface Waiting {
  readonly path: string;
  /** The body of the first request. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The body of later requests, when the lease must exist. */
  readonly bodyAgain: Readonly<Record<string, unknown>>;
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether an answer says that it is worth asking again. */
  isWaiting(asked: Asked): boolean;
}

/** Asks again as long as there is something to wait for. An aborted wait is answered with what there is. */
export async function askWaiting(within: NamespaceSender, waiting: Waiting): Promise<Asked | Failed> {
  const { path, waitMs, signal } = waiting;
  const { clock } = within.sender;
  const begun = momentOf(clock);
  for (let body = waiting.body; ; body = waiting.bodyAgain) {
    const leftMs = Math.max(0, waitMs - elapsedMs(clock, begun));
    const asked = momentOf(clock);
    const isLast = signal?.aborted ?? false;
    const boundMs = isLast && waitMs > 0 ? 1 : Math.min(WAIT_MAX_MS, Math.ceil(leftMs));
    const wish = asJson('PUT', path, { ...body, waitMs: waitMs > 0 ? Math.max(1, boundMs) : 0 });
    const answered = await within.ask({ ...wish, waits: true, signal: isLast ? undefined : signal });
    const wasGivenUp = answered.kind === 'failed' && signal?.aborted && !isLast;
    if (wasGivenUp) continue;
    if (answered.kind === 'failed' || isLast || !waiting.isWaiting(answered)) return answered;
    if (elapsedMs(clock, begun) >= waitMs) return answered;
    if (elapsedMs(clock, asked) < ASK_AGAIN_MS) await clock.sleep(ASK_AGAIN_MS, signal);
  }
}

/** A page of a list, whose options a URL can hold. */
export async function listed<Members>(
  within: NamespaceSender,
  path: string,
  schema: z.ZodMiniType<Members & { more: boolean }>,
  options: ListPageOptions = {},
): Promise<ListPage<Members>> {
  const fault = pageFault(options);
  if (fault !== undefined) return invalid(fault);
  const asked = await within.list(path, options);
  if (asked.kind === 'failed') return asked;
  const { position } = asked;
  if (asked.kind === 'problem') return unread(asked.problem, position);
  return { kind: 'page', position, ...parsed(schema, asked.body) };
}

/** A URL would replace text that is not valid Unicode. The server judges everything else. */
export function pageFault({ prefix = '', after = '' }: PageOptions): string | undefined {
  const isText = prefix.isWellFormed() && after.isWellFormed();
  return isText ? undefined : 'a prefix and a name must be well-formed Unicode';
}
