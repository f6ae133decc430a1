// What a simulated client can do, and how what it did is judged. A new operation joins the simulation as a
// workload: it draws operations, and verifies the history of all of them against what really took effect.

import type { Kernel, KernelReplica } from '../../src/coordination/kernel.ts';
import type { Names } from '../../src/coordination/names.ts';
import type { Log } from '../../src/log/log.ts';
import type { LogMetadata } from '../../src/log/segment.ts';
import type { Store } from '../../src/log/store.ts';
import type { Namespace } from '../../src/service/namespace.ts';
import type { HistoryEntry } from '../checker/history.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';
import type { Witness } from './witness.ts';

export const LOG = 'log';
export const NAMESPACE = 'namespace';
/** The log that is sealed, fenced, deleted and created anew. */
export const LIVES = 'incarnations';

/** One server process, with the production code in it. */
export interface Server {
  readonly process: SimulatedProcess;
  /** Behind the network. */
  readonly store: Store;
  readonly log: Log;
  readonly incarnations: Log;
  readonly replica: KernelReplica;
  readonly kernel: Kernel;
  readonly names: Names;
  readonly namespace: Namespace;
}

/** A segment that may come back when it has been there and gone. */
export interface Haunted {
  readonly base: number;
  /** How long its put still takes. */
  readonly inMs: () => number;
}

/** What a client remembers from one operation to the next. */
export interface ClientMemory {
  readonly id: number;
  readonly random: SeededRandom;
  operations: number;
  /**
   * The client's view of the log: the position up to which it has read, and the last tail that it was told.
   */
  readUpTo: number | undefined;
  tail: number;
  /** The last position of the namespace that it was told. */
  position: number;
  /**
   * The log that is ended and created anew: its metadata and its tail as they were last seen; undefined for a
   * missing one.
   */
  incarnation: LogMetadata | undefined;
  incarnationTail: number;
  /** No client could know: a segment of the log whose put is still on its way somewhere. */
  zombies(): Haunted | undefined;
}

/**
 * `result`: what the client was told. `unknown`: it was told that it cannot be known. `nothing`: it was told
 * for certain that nothing has happened.
 */
export type Outcome = { readonly result: unknown } | 'unknown' | 'nothing';

export interface DrawnOperation {
  readonly operation: string;
  readonly arguments: unknown;
  run(server: Server): Promise<Outcome>;
}

export interface Workload {
  readonly name: string;
  /** Draws the next operation of a client. */
  draw(client: ClientMemory): DrawnOperation;
  /** What is wrong with the history, or nothing. */
  verify(evidence: Evidence): string[];
}

export interface Evidence {
  /** The operations of this workload. Those that certainly did nothing are in `nothing`. */
  readonly history: readonly HistoryEntry[];
  readonly nothing: readonly HistoryEntry[];
  readonly witness: Witness;
}
