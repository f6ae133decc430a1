// The description of a namespace for operators: how far its log, its snapshots and this process are.

import type { DescribeNamespaceResult, NamespaceDescription } from '../api/namespaces.ts';
import { assert } from '../assert.ts';
import { StoreError } from '../log/store.ts';
import { snapshotsOf } from '../replica/snapshot-record.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';

/** Two round trips. @throws ReplicaStoppedError */
export async function describeNamespace(kernel: Kernel, name: string): Promise<DescribeNamespaceResult> {
  const applied = kernel.replica.position;
  const read = await kernel.read(ofState);
  if (read.kind === 'failed') return read;
  assert(read.kind === 'read', 'a read that waits for no position reaches it');
  const { log } = kernel.replica;
  try {
    const look = await log.checkTail();
    if (look.kind === 'missing') return { kind: 'not-found' };
    const { newest } = snapshotsOf(look.records.snapshot);
    // The snapshots of an earlier incarnation stay until the first of this one replaces them.
    const isOwn = newest && newest.position > look.segment.metadata.incarnation;
    return {
      kind: 'namespace',
      name,
      position: read.position,
      applied,
      ...read.value,
      snapshotPosition: isOwn ? newest.position : undefined,
      trimmedTo: look.readableAfter,
    };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

function ofState(
  state: KernelState,
): Pick<NamespaceDescription, 'revision' | 'keys' | 'leases' | 'stateBytes' | 'compactedTo'> {
  return {
    revision: state.revision,
    keys: state.keyCount,
    leases: state.leases.size,
    stateBytes: state.bytes,
    compactedTo: state.compacted,
  };
}
