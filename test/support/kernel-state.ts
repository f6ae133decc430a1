// The position and digest of a state of the kernel, as its snapshot would have them.

import type { SnapshotContent } from '../../src/replica/snapshot-record.ts';
import { describeSnapshot } from '../../src/replica/snapshots.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';

export function describeState(state: KernelState): SnapshotContent {
  return describeSnapshot(state.position, [...kernel.encodeState(state)]);
}
