// The identity of the log that a replica replays: one incarnation, whose records are commands of one state
// machine.
//
// The content type of the log names the state machine. Every segment carries it, so that every look at the
// tail shows it, and the write that creates the log sets it. Every later append names the incarnation, so
// that no command ever lands in a log that was deleted and created again, perhaps for another state machine.

import type { LogMetadata } from '../log/segment.ts';
import { ReplicaStoppedError } from './applier.ts';

const PREFIX = 'ordinal/';

/** The content type of the log of a namespace that runs this state machine. */
export function contentTypeOf(machineName: string): string {
  return `${PREFIX}${machineName}`;
}

/** The state machine whose commands a log holds; undefined for a log that is not a namespace's. */
export function machineNameOf({ contentType }: LogMetadata): string | undefined {
  return contentType?.startsWith(PREFIX) ? contentType.slice(PREFIX.length) : undefined;
}

export class LogIdentity {
  readonly #log: string;
  readonly #machineName: string;
  #incarnation: number | undefined;

  constructor(log: string, machineName: string) {
    this.#log = log;
    this.#machineName = machineName;
  }

  /** Undefined until this process has seen the log. */
  get incarnation(): number | undefined {
    return this.#incarnation;
  }

  /**
   * Learns the identity of the log. @throws ReplicaStoppedError when this replica has replayed another one
   */
  recognize(metadata: LogMetadata): number {
    if (this.#incarnation !== undefined && metadata.incarnation !== this.#incarnation) {
      throw new ReplicaStoppedError(`${this.#log} was deleted, and created again`, { logIsGone: true });
    }
    const found = machineNameOf(metadata);
    if (found !== this.#machineName) {
      const what =
        found === undefined ? 'is not the log of a namespace' : `runs the state machine "${found}"`;
      throw new ReplicaStoppedError(`${this.#log} ${what}; this replica runs "${this.#machineName}"`);
    }
    this.#incarnation = metadata.incarnation;
    return this.#incarnation;
  }
}
