// The state machine behind Ordinal's own API, after etcd's data model.

import type { StateMachine } from '../state-machine.ts';
import { apply } from './apply.ts';
import type { Command } from './command.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { type Change, changeBytes } from './entry.ts';
import type { CommandResult } from './result.ts';
import { decodeState, encodeState } from './snapshot-codec.ts';
import { KernelState } from './state.ts';

export const kernel: StateMachine<KernelState, Command, CommandResult, Change> = {
  name: 'kernel',
  empty: () => new KernelState(),
  encodeCommand,
  decodeCommand,
  apply,
  encodeState,
  decodeState,
  stateBytes: (state) => state.bytes,
  changeBytes,
};
