// What a program may watch of the work of a log and of its store: for metrics, logs and traces. Nothing here
// shows a record, a key or a value.

/** The methods of `Store`, but for `close`. */
export type StoreMethod =
  | 'update'
  | 'open'
  | 'last'
  | 'range'
  | 'remove'
  | 'metadataRecord'
  | 'setMetadataRecord'
  | 'putBlob'
  | 'blob'
  | 'removeBlob'
  | 'check';

/** A call of a store. */
export interface StoreCall {
  readonly method: StoreMethod;
  /** Undefined for calls that concern no log or do not name it. */
  readonly log: string | undefined;
}

/**
 * `refused`: a conditional write whose condition did not hold. `failed`: nothing happened. `indefinite`: a
 * call without an answer, which may have happened or may still happen.
 */
export type StoreOutcome = 'ok' | 'refused' | 'failed' | 'indefinite';

export interface StoreCallEnded extends StoreCall {
  readonly outcome: StoreOutcome;
  readonly durationMs: number;
  /** The error of a call that failed or is indefinite. */
  readonly error?: unknown;
}

/** Appends that go to the store as one batch. */
export interface WriteGroup {
  readonly log: string;
  readonly appends: number;
  readonly records: number;
}

/** Is told of what has happened. Its methods must be cheap, and must not throw. */
export interface Observer {
  storeCallEnded?(call: StoreCallEnded): void;
  /** The write of a group begins. */
  groupFormed?(group: WriteGroup): void;
  /** A replica has tried to save a snapshot. */
  snapshotTried?(outcome: 'saved' | 'failed', log: string): void;
}

/** Runs work in the trace of the program that asked for it. Its methods must not throw by themselves. */
export interface Tracing<Caller = unknown> {
  /** What `inGroup` needs to know of the caller of this moment. */
  caller(): Caller;
  /** Runs one write for all these callers. Calls `write` once, and answers as it does. */
  inGroup<T>(callers: readonly Caller[], write: () => Promise<T>): Promise<T>;
  /** Runs a call of the store. Calls `run` once, and answers as it does. */
  storeCall<T>(call: StoreCall, run: () => Promise<T>): Promise<T>;
}
