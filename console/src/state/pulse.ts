// The pulse of a namespace: a watch of all its keys, held open. It tells every position of the log, so views
// know when to read again, and every change of a key. It connects again by itself, and misses nothing.

import { batch, effect, signal, untracked } from '@preact/signals';
import { eventsIn } from '../api/events.ts';
import { open, type Problem } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import type { KeyChange } from '../api/wire.ts';
import { namespace } from './route.ts';
import { token, tokenNeeded } from './session.ts';
import { isVisible, pause, untilVisible, whileVisible } from './waiting.ts';

export type Link =
  | { readonly kind: 'connecting' | 'live' | 'hidden' | 'locked' }
  /** No scope allows to watch, so the views look from time to time. */
  | { readonly kind: 'polling'; readonly everyMs: number }
  | { readonly kind: 'down'; readonly retryAt: number; readonly problem: Problem };

export const link = signal<Link>({ kind: 'connecting' });

/** The last position of the log of the namespace that was told; undefined before the first. */
export const position = signal<number | undefined>(undefined);

/** Grows with every moment after which a view has to read again. */
export const beat = signal(0);

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5000;
const POLL_EVERY_MS = 10_000;
/** A connection that ends sooner was not handed on as it came: functions without streaming do that. */
const SHORT_MS = 2000;

type Listener = (change: KeyChange) => void;
const listeners = new Set<Listener>();

/** @returns how to stop */
export function onKeyChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins anew for every namespace and every token. */
export function startPulse(): void {
  effect(() => {
    const name = namespace.value;
    if (tokenNeeded.value !== 'no') {
      link.value = { kind: 'locked' };
      return undefined;
    }
    token.value;
    const ended = new AbortController();
    batch(() => {
      position.value = undefined;
      link.value = { kind: 'connecting' };
    });
    // What it reads on its way is no reason to begin anew.
    untracked(() => void run(name, ended.signal));
    return () => ended.abort();
  });
}

async function run(name: string, signal: AbortSignal): Promise<void> {
  let place: string | undefined;
  let retryMs = RETRY_MIN_MS;
  while (!signal.aborted) {
    if (!isVisible.value) {
      // A page that nobody sees keeps no connection: browsers allow few to one server.
      link.value = { kind: 'hidden' };
      await untilVisible(signal);
    }
    const startedAt = performance.now();
    const followed = await whileVisible(signal, (seen) => watch(name, place, seen));
    if (signal.aborted) return;
    if ('problem' in followed) {
      if (!isVisible.value) continue;
      place = await overcome(followed.problem, { place, retryMs, signal });
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
      continue;
    }
    retryMs = RETRY_MIN_MS;
    place = followed.told ?? place;
    // The next try finds out whether the server is there.
    if (followed.isBroken) await pause(RETRY_MIN_MS, signal);
    else if (performance.now() - startedAt < SHORT_MS) await pause(SHORT_MS, signal);
  }
}

interface Trouble {
  readonly place: string | undefined;
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/** @returns the place from which the watch goes on */
async function overcome(problem: Problem, { place, retryMs, signal }: Trouble): Promise<string | undefined> {
  switch (problem.code) {
    case 'gone':
      // What came after the place is no longer known: all is read anew.
      link.value = { kind: 'connecting' };
      return undefined;
    case 'forbidden':
      link.value = { kind: 'polling', everyMs: POLL_EVERY_MS };
      await pause(POLL_EVERY_MS, signal);
      beat.value += 1;
      return place;
    default:
      link.value = { kind: 'down', retryAt: Date.now() + retryMs, problem };
      await pause(retryMs, signal);
      return place;
  }
}

/** One connection. */
async function watch(
  name: string,
  place: string | undefined,
  signal: AbortSignal,
): Promise<Followed | { readonly problem: Problem }> {
  const headers = { accept: 'text/event-stream', ...(place ? { 'last-event-id': place } : {}) };
  const opened = await open('GET', inNamespace(name, '/watch'), { headers, signal });
  return opened.kind === 'problem' ? opened : follow(opened.response, signal);
}

interface Followed {
  /** The id of the last event that had one. */
  readonly told: string | undefined;
  /** The connection has not ended as the server ends it. */
  readonly isBroken: boolean;
}

async function follow(response: Response, signal: AbortSignal): Promise<Followed> {
  let told: string | undefined;
  // Whatever happened while there was no connection shows at once.
  batch(() => {
    if (link.value.kind !== 'live') beat.value += 1;
    link.value = { kind: 'live' };
  });
  try {
    for await (const { event, id, data } of eventsIn(response)) {
      if (signal.aborted) break;
      if (event === 'change') tell(JSON.parse(data) as KeyChange);
      if (id === undefined) continue;
      told = id;
      arrive(Number(id));
    }
    return { told, isBroken: false };
  } catch {
    return { told, isBroken: true };
  }
}

function tell(change: KeyChange): void {
  for (const listener of listeners) listener(change);
}

function arrive(at: number): void {
  if (position.value === at) return;
  batch(() => {
    position.value = at;
    beat.value += 1;
  });
}
