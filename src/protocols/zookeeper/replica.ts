import type { StateObserver } from '../../replica/applier.ts';
import type { Replica } from '../../replica/replica.ts';
import type { Command } from './tree/command.ts';
import type { Change, CommandResult } from './tree/result.ts';
import type { TreeState } from './tree/state.ts';

/** A replica of a znode tree, and what is told of it. */
export type TreeReplica = Replica<TreeState, Command, CommandResult, Change>;
export type TreeObserver = StateObserver<TreeState, Command, CommandResult, Change>;
