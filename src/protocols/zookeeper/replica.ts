import { ZOOKEEPER_FRAME_BYTES_MAX } from '../../limits.ts';
import type { StateObserver } from '../../replica/applier.ts';
import type { Replica } from '../../replica/replica.ts';
import type { Replicas } from '../../service/replicas.ts';
import type { Command } from './tree/command.ts';
import type { Change, CommandResult } from './tree/result.ts';
import type { TreeState } from './tree/state.ts';
import { znodeTree } from './tree/tree.ts';

/** A replica of a znode tree, and what is told of it. */
export type TreeReplica = Replica<TreeState, Command, CommandResult, Change>;
export type TreeObserver = StateObserver<TreeState, Command, CommandResult, Change>;

/**
 * The largest message of a client, and what a command has beside it: identities, and texts in another form.
 */
const COMMAND_BYTES_MAX = 2 * ZOOKEEPER_FRAME_BYTES_MAX;

/** Opens the namespace as a znode tree. */
export function openTree(replicas: Replicas, namespace: string, observer: TreeObserver): TreeReplica {
  return replicas.open(znodeTree, namespace, observer, COMMAND_BYTES_MAX);
}
