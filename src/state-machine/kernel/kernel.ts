// The state machine behind Ordinal's own API.

import type { StateMachine } from '../state-machine.ts';
import { apply } from './apply.ts';
import type { Command, CommandResult } from './command.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { decodeState, encodeState } from './snapshot-codec.ts';
import { State } from './state.ts';

export const kernel: StateMachine<State, Command, CommandResult, never> = {
  name: 'kernel',
  empty: () => new State(),
  encodeCommand,
  decodeCommand,
  apply: (state, at, command) => ({ result: apply(state, at, command), changes: [] }),
  encodeState: (state) => encodeState(state.frozenCopy()),
  decodeState,
  stateBytes: (state) => state.bytes,
  changeBytes: () => 0,
};
