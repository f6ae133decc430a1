// The changes of one command, kept so that all of them can be taken back.

import type { ByteString } from '../../encoding/byte-string.ts';
import type { At } from '../state-machine.ts';
import type { Change, Entry } from './entry.ts';
import type { Lease } from './lease.ts';
import type { KernelState } from './state.ts';

interface LeaseChange {
  readonly id: string;
  readonly before: Lease | undefined;
}

export class Step {
  readonly state: KernelState;
  readonly at: At;
  /** The revision of this command's writes. */
  readonly revision: number;
  /** The changes in the order in which they were made. */
  readonly changes: Change[] = [];
  readonly #leaseChanges: LeaseChange[] = [];

  constructor(state: KernelState, at: At) {
    this.state = state;
    this.at = at;
    this.revision = state.revision + 1;
  }

  put(key: ByteString, value: ByteString, lease: string, before: Entry | undefined): Entry {
    const { position } = this.at;
    const after: Entry = {
      key,
      value,
      version: before ? before.version + 1 : 1,
      created: before ? before.created : position,
      modified: position,
      createdRevision: before ? before.createdRevision : this.revision,
      modifiedRevision: this.revision,
      lease,
    };
    this.state.putEntry(after, before);
    this.changes.push({ key, before, after });
    return after;
  }

  delete(before: Entry): void {
    this.state.deleteEntry(before);
    this.changes.push({ key: before.key, before, after: undefined });
  }

  putLease(lease: Lease): void {
    this.#leaseChanges.push({ id: lease.id, before: this.state.lease(lease.id) });
    this.state.leases.put(lease);
  }

  /** Ends the lease and deletes its keys, in their order. Answers their number. */
  endLease(lease: Lease): number {
    const keys = this.state.leases.keysOf(lease.id);
    for (const key of keys) {
      const entry = this.state.get(key);
      if (entry) this.delete(entry);
    }
    this.#leaseChanges.push({ id: lease.id, before: lease });
    this.state.leases.delete(lease.id);
    return keys.length;
  }

  /** A command that changed a key takes a revision. */
  finish(): void {
    if (this.changes.length > 0) this.state.revision = this.revision;
  }

  /** Takes everything back, the last change first. */
  undo(): void {
    for (const { before, after } of this.changes.reverse()) {
      if (before) this.state.putEntry(before, after);
      else if (after) this.state.deleteEntry(after);
    }
    this.changes.length = 0;
    for (const { id, before } of this.#leaseChanges.reverse()) {
      if (before) this.state.leases.put(before);
      else this.state.leases.delete(id);
    }
  }
}
