// The list of namespaces, their descriptions and deletion. No store can list them cheaply, so a namespace of
// its own keeps their names: a name is put there before the namespace's log is created, so that no namespace
// is missing.

import type * as api from '../api/namespaces.ts';
import { Kernel } from '../coordination/kernel.ts';
import { Keys } from '../coordination/key-values.ts';
import type { DeletedLogs } from '../log/deleted-logs.ts';
import { Log } from '../log/log.ts';
import type { LogOptions } from '../log/options.ts';
import { type Store, StoreError } from '../log/store.ts';
import { machineNameOf } from '../replica/identity.ts';
import { removeSnapshots } from '../replica/on-demand.ts';
import { Replica, type ReplicaOptions } from '../replica/replica.ts';
import { NAMESPACES_LOG, namespaceLogName } from '../resource-names.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';

export interface NamespacesParts {
  readonly store: Store;
  readonly deletedLogs: DeletedLogs;
  readonly log: LogOptions | undefined;
  readonly replica: ReplicaOptions;
  /** The namespace as it is open in this process. */
  readonly open: (name: string) => Kernel;
}

export class Namespaces implements api.Namespaces {
  readonly replica: Kernel['replica'];
  readonly #parts: NamespacesParts;
  readonly #names: Keys;

  constructor(parts: NamespacesParts) {
    const { store, log, replica } = parts;
    this.#parts = parts;
    this.replica = new Replica(kernel, store, new Log(store, NAMESPACES_LOG, log), replica);
    this.#names = new Keys(new Kernel(this.replica, { clock: replica.clock }));
  }

  async list({ startAfter, limit }: api.ListNamespacesOptions = {}): Promise<api.ListNamespacesResult> {
    const page = await this.#names.list({ startAfter, limit });
    switch (page.kind) {
      case 'page':
        return { kind: 'page', names: page.entries.map(({ key }) => key), more: page.more };
      case 'behind':
      case 'gone':
        throw new RangeError(`a list of the present was answered with ${page.kind}`);
      default:
        return page;
    }
  }

  /**
   * The caller calls this before it creates the log of a namespace, and again after. The second call restores
   * a name that a deletion in between has removed.
   *
   * @throws StoreError
   */
  async add(name: string, when: 'before' | 'after'): Promise<void> {
    if (when === 'after') {
      const found = await this.#names.get(name);
      if (found.kind === 'found') return;
    }
    const put = await this.#names.put(name, '');
    if (put.kind === 'created' || put.kind === 'changed') return;
    const { message, definite } = put.kind === 'failed' ? put : { message: put.kind, definite: true };
    throw new StoreError(`the namespace could not be noted down: ${message}`, { definite, retryable: true });
  }

  async describe(name: string): Promise<api.DescribeNamespaceResult> {
    const { describeNamespace } = await import('../coordination/description.ts');
    return describeNamespace(this.#parts.open(name), name);
  }

  async delete(name: string): Promise<api.DeleteNamespaceResult> {
    const { store, deletedLogs, log: options } = this.#parts;
    const log = new Log(store, namespaceLogName(name), options);
    const known = await this.#names.get(name);
    if (known.kind === 'failed') return known;
    const announced = await deletedLogs.announce(log.name);
    if (announced.kind !== 'appended') {
      const message = 'the deletion could not be noted down, so nothing was deleted';
      return { kind: 'failed', definite: true, message };
    }
    const deleted = await log.delete();
    if (deleted.kind === 'failed') return deleted;
    // From now on this process does not answer from what was, not even local reads. A kernel has nothing of a
    // namespace of another protocol.
    const isKernels = !deleted.metadata || machineNameOf(deleted.metadata) === kernel.name;
    if (isKernels) await this.#parts.open(name).read(() => undefined);
    if (deleted.kind === 'refused') return { kind: 'not-found' };
    await removeSnapshots({ store, log: log.name }, deleted.last).catch((error: unknown) => {
      // The namespace is deleted all the same. The sweep of deleted logs removes the rest.
      if (!(error instanceof StoreError)) throw error;
    });
    // Not if it was created again since: then the name was put again.
    if (known.kind === 'found') await this.#names.delete(name, { ifModified: known.entry.modified });
    return { kind: 'deleted' };
  }
}
