// What servers do on a timer, so that storage and cold starts do not grow for ever. Loaded with the first
// call.

import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import type { KernelReplica } from '../coordination/kernel.ts';
import type { DeletedLogs } from '../log/deleted-logs.ts';
import type { HeldAfter } from '../log/retention.ts';
import type { Store } from '../log/store.ts';
import { maintainNamespace } from '../replica/maintenance.ts';
import { DELETED_LOGS_LOG, STREAMS_LOG } from '../resource-names.ts';
import { maintainStreams, type StreamMaintenanceParts } from './stream-maintenance.ts';
import type { Streams } from './streams.ts';

export interface MaintenanceParts {
  readonly store: Store;
  readonly clock: Clock | undefined;
  readonly random: Random | undefined;
  /** Of the open namespaces, and of the lists. */
  readonly replicas: readonly KernelReplica[];
  readonly deletedLogs: DeletedLogs;
  readonly streams: Streams;
  readonly describeStream: StreamMaintenanceParts['describe'];
  /** See `LinkedStreams`. */
  readonly heldAfter: HeldAfter;
  /** A log that cannot be looked after keeps no other from it. */
  readonly onError: (error: unknown, log: string) => void;
}

export async function maintainAll(parts: MaintenanceParts): Promise<void> {
  const { store, clock, random = systemRandom, replicas, deletedLogs, streams, heldAfter, onError } = parts;
  const options = clock ? { clock } : {};
  for (const replica of replicas)
    await attempt(replica.log.name, () => maintainNamespace(store, replica, options));
  await attempt(DELETED_LOGS_LOG, () => deletedLogs.sweep());
  const maintained = {
    ...streams.maintained,
    describe: parts.describeStream,
    heldAfter,
    clock: clock ?? systemClock,
    random,
    onError,
  };
  await attempt(STREAMS_LOG, () => maintainStreams(maintained));

  async function attempt(log: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      onError(error, log);
    }
  }
}
