// The state machine behind the ZooKeeper protocol: the tree of znodes as ZooKeeper 3.8.0 keeps it. The
// position of a command is its zxid.

import type { StateMachine } from '../../../state-machine/state-machine.ts';
import { apply } from './apply.ts';
import type { Command } from './command.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import type { Change, CommandResult } from './result.ts';
import { decodeState, encodeState } from './snapshot-codec.ts';
import { TreeState } from './state.ts';

/** The memory of a change without its path, as measured on V8. */
const CHANGE_BYTES = 120;

export const znodeTree: StateMachine<TreeState, Command, CommandResult, Change> = {
  name: 'zookeeper',
  empty: () => TreeState.initial(),
  encodeCommand,
  decodeCommand,
  apply,
  encodeState,
  decodeState,
  stateBytes: (state) => state.bytes,
  changeBytes: (change) => CHANGE_BYTES + ('path' in change ? change.path.length : 0),
};
