// State machine replication: a log plus a deterministic state machine is a replicated service (Schneider,
// "Implementing fault-tolerant services using the state machine approach", 1990). A replica knows its state
// machine by this interface alone.

/** Where a command is in the log, as data: a state machine reads no clock. */
export interface At {
  /** The position of the command's record: 1, 2, 3 … */
  readonly position: number;
  /**
   * The writer's wall clock in milliseconds since 1970. Writers' clocks differ, so it may go back and
   * forth.
   */
  readonly timeMs: number;
}

export interface Applied<Result, Change> {
  readonly result: Result;
  /** The changes that watchers are told, in order. */
  readonly changes: readonly Change[];
}

/**
 * All functions are pure, but for `apply`, which changes the state it is given and nothing else. The same
 * commands at the same positions must lead to equal states, results and changes in every process and every
 * version of the runtime: no clock, no randomness, no input or output, no order of iteration that can differ.
 */
export interface StateMachine<State, Command, Result, Change> {
  /**
   * Stored with the namespace when it is created. A replica of another state machine refuses to open that
   * namespace.
   */
  readonly name: string;

  /** The state before the first command. */
  empty(): State;

  encodeCommand(command: Command): Uint8Array;

  /**
   * The command in a record. An exception stops the replica: the record may be of a later program, and a
   * replica that skipped it would diverge.
   */
  decodeCommand(record: Uint8Array): Command;

  /**
   * Changes `state`, and returns the command's result. Refusals are results. An exception stops the replica,
   * because the state may be half changed.
   */
  apply(state: State, at: At, command: Command): Applied<Result, Change>;

  /**
   * The state as chunks of at most `BLOB_BYTES_MAX` bytes. Equal states give equal chunks, so that one digest
   * tells whether replicas agree. The chunks show the state as it is during this call, although the caller
   * takes them later, between other commands: a generator must first copy the parts that `apply` changes.
   */
  encodeState(state: State): Iterable<Uint8Array>;

  /** The state that `encodeState` encoded. An exception stops the replica. */
  decodeState(chunks: Iterable<Uint8Array>): State;

  /** The memory of the state, roughly, in bytes. It decides how often snapshots are taken. */
  stateBytes(state: State): number;

  /** The memory of a change, roughly, in bytes. It bounds the history that a replica keeps for watchers. */
  changeBytes(change: Change): number;
}
