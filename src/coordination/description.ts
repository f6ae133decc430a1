// The description of a namespace for operators: how far its log, its snapshots and this process are.

import type { DescribeNamespaceResult, NamespaceDescription } from '../api/namespaces.ts';
import { assert } from '../assert.ts';
import { StoreError } from '../log/store.ts';
import { machineNameOf } from '../replica/identity.ts';
import { snapshotsOf } from '../replica/snapshot-record.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';

/** Two round trips. @throws ReplicaStoppedError */
export async function describeNamespace(kernel: Kernel, name: string): Promise<DescribeNamespaceResult> {
  const applied = kernel.replica.position;
  const { log, machine } = kernel.replica;
  try {
    const look = await log.checkTail();
    const stateMachine = look.kind === 'missing' ? machine.name : machineNameOf(look.segment.metadata);
    // Another protocol's: a kernel cannot read it.
    if (look.kind !== 'missing' && stateMachine !== machine.name)
      return { ...describedBy(look, name), stateMachine: stateMachine ?? 'unknown', applied: 0, ...NOTHING };
    const read = await kernel.read(ofState);
    if (read.kind === 'failed') return read;
    assert(read.kind === 'read', 'a read that waits for no position reaches it');
    if (look.kind === 'missing') return { kind: 'not-found' };
    const { position, value } = read;
    return { ...describedBy(look, name), stateMachine: machine.name, applied, position, ...value };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

type Look = Exclude<Awaited<ReturnType<Kernel['replica']['log']['checkTail']>>, { readonly kind: 'missing' }>;

/** What the log itself tells, whatever it is the log of. */
function describedBy({ segment, readableAfter, records }: Look, name: string) {
  const { newest } = snapshotsOf(records.snapshot);
  // The snapshots of an earlier incarnation stay until the first of this one replaces them.
  const isOwn = newest && newest.position > segment.metadata.incarnation;
  const snapshotPosition = isOwn ? newest.position : undefined;
  return {
    kind: 'namespace',
    name,
    position: segment.tail,
    snapshotPosition,
    trimmedTo: readableAfter,
  } as const;
}

const NOTHING = { revision: 0, keys: 0, leases: 0, stateBytes: 0, compactedTo: 0 };

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
