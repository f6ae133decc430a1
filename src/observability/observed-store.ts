// A store that tells an observer of every call, and runs every call in the trace of its caller.

import type { Observer, StoreCall, StoreMethod, StoreOutcome, Tracing } from '../log/observer.ts';
import type { Segment, SegmentUpdate } from '../log/segment.ts';
import { type MetadataRecordKind, type Store, StoreError, type StoreTraits } from '../log/store.ts';

export interface Observation {
  readonly observer?: Observer | undefined;
  readonly tracing?: Tracing | undefined;
}

/** The store itself when nobody observes it. */
export function observedStore(store: Store, observation: Observation): Store {
  const { observer, tracing } = observation;
  return observer?.storeCallEnded || tracing ? new ObservedStore(store, observation) : store;
}

class ObservedStore implements Store {
  readonly #inner: Store;
  readonly #observer: Observer | undefined;
  readonly #tracing: Tracing | undefined;

  constructor(inner: Store, { observer, tracing }: Observation) {
    this.#inner = inner;
    this.#observer = observer?.storeCallEnded ? observer : undefined;
    this.#tracing = tracing;
  }

  get traits(): StoreTraits {
    return this.#inner.traits;
  }

  update(log: string, base: number, update: SegmentUpdate) {
    return this.#call('update', log, () => this.#inner.update(log, base, update));
  }

  open(log: string, segment: Segment) {
    return this.#call('open', log, () => this.#inner.open(log, segment));
  }

  last(log: string, atMost?: number) {
    return this.#call('last', log, () => this.#inner.last(log, atMost));
  }

  range(log: string, fromBase: number, bytesMax: number) {
    return this.#call('range', log, () => this.#inner.range(log, fromBase, bytesMax));
  }

  remove(log: string, base: number) {
    return this.#call('remove', log, () => this.#inner.remove(log, base));
  }

  metadataRecord(log: string, kind: MetadataRecordKind) {
    return this.#call('metadataRecord', log, () => this.#inner.metadataRecord(log, kind));
  }

  setMetadataRecord(log: string, kind: MetadataRecordKind, value: string, expectedVersion: number) {
    return this.#call('setMetadataRecord', log, () =>
      this.#inner.setMetadataRecord(log, kind, value, expectedVersion),
    );
  }

  putBlob(key: string, bytes: Uint8Array) {
    return this.#call('putBlob', undefined, () => this.#inner.putBlob(key, bytes));
  }

  blob(key: string) {
    return this.#call('blob', undefined, () => this.#inner.blob(key));
  }

  removeBlob(key: string) {
    return this.#call('removeBlob', undefined, () => this.#inner.removeBlob(key));
  }

  check() {
    return this.#call('check', undefined, () => this.#inner.check());
  }

  close() {
    return this.#inner.close();
  }

  /** The inner call begins at once, so that a store can share calls of one turn. */
  #call<T>(method: StoreMethod, log: string | undefined, run: () => Promise<T>): Promise<T> {
    const call = { method, log };
    const tracing = this.#tracing;
    const traced = tracing ? () => tracing.storeCall(call, run) : run;
    return this.#observer ? timed(this.#observer, call, traced) : traced();
  }
}

async function timed<T>(observer: Observer, call: StoreCall, run: () => Promise<T>): Promise<T> {
  const { method, log } = call;
  const startedAt = performance.now();
  try {
    const answer = await run();
    const durationMs = performance.now() - startedAt;
    observer.storeCallEnded?.({ method, log, outcome: outcomeOf(answer), durationMs });
    return answer;
  } catch (error) {
    const durationMs = performance.now() - startedAt;
    observer.storeCallEnded?.({ method, log, outcome: outcomeOfError(error), durationMs, error });
    throw error;
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set(['refused', 'exists']);

/** Answers name a refusal as their `kind`, or are its name. */
export function outcomeOf(answer: unknown): StoreOutcome {
  const kind = typeof answer === 'object' && answer !== null && 'kind' in answer ? answer.kind : answer;
  return REFUSALS.has(kind) ? 'refused' : 'ok';
}

export function outcomeOfError(error: unknown): StoreOutcome {
  return error instanceof StoreError && error.definite ? 'failed' : 'indefinite';
}
