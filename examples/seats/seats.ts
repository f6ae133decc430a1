// Seats on a flight: a state machine of one's own, which Ordinal replicates.

import type { StateMachine } from 'ordinal';

export interface Command {
  readonly kind: 'book' | 'cancel';
  readonly seat: string;
  readonly passenger: string;
}

export interface Result {
  readonly done: boolean;
  /** Who has the seat now. */
  readonly passenger: string | undefined;
}

export type Change = Command;

/** Passengers by seat. */
export type Seats = Map<string, string>;

const toBytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const fromBytes = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

export const seats: StateMachine<Seats, Command, Result, Change> = {
  name: 'seats',
  empty: () => new Map(),
  encodeCommand: toBytes,
  decodeCommand: fromBytes,
  apply(state, _at, command) {
    const { kind, seat, passenger } = command;
    const holder = state.get(seat);
    const done = holder === (kind === 'book' ? undefined : passenger);
    if (done && kind === 'book') state.set(seat, passenger);
    if (done && kind === 'cancel') state.delete(seat);
    return { result: { done, passenger: state.get(seat) }, changes: done ? [command] : [] };
  },
  // Sorted, because equal states must be equal bytes, and at once, because the state goes on to change.
  encodeState: (state) => [toBytes([...state].sort())],
  decodeState: ([bytes = toBytes([])]) => new Map(fromBytes(bytes)),
  stateBytes: (state) => 100 * state.size,
  changeBytes: () => 200,
};
