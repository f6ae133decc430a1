// On a schedule: snapshots and trimming of every namespace, so that cold starts stay short, and the storage
// of deleted logs, so that storage does not grow for ever.

import { Log } from '../src/log/log.ts';
import { maintainNamespace } from '../src/replica/maintenance.ts';
import { Replica } from '../src/replica/replica.ts';
import { namespaceLogName } from '../src/resource-names.ts';
import { kernel } from '../src/state-machine/kernel/kernel.ts';
import { DeletedLogs } from '../src/log/deleted-logs.ts';
import { openDeployment } from './deployment.ts';

/** A cold start replays no more than about so many commands. */
const SNAPSHOT_EVERY = 1000;

const { settings, store, telemetry } = openDeployment();
const { onError } = telemetry;
const replicas = settings.namespaces.map((namespace) => ({
  namespace,
  replica: new Replica(kernel, store, new Log(store, namespaceLogName(namespace)), {
    snapshotEvery: SNAPSHOT_EVERY,
    onError,
  }),
}));

const deletedLogs = new DeletedLogs(store);

/**
 * Every namespace is tried; when one fails the invocation fails, so that it is seen. The schedule comes
 * again.
 */
export async function handler(): Promise<void> {
  const failures: unknown[] = [];
  for (const { namespace, replica } of replicas) {
    try {
      const maintained = await maintainNamespace(store, replica);
      telemetry.maintained(namespace, maintained);
      // The replica has told of it already.
      if (maintained.snapshotFailure !== undefined) failures.push(maintained.snapshotFailure);
    } catch (error) {
      onError(error);
      failures.push(error);
    } finally {
      // The time may be over before the next one is done.
      telemetry.flush();
    }
  }
  try {
    telemetry.swept(await deletedLogs.sweep());
  } catch (error) {
    onError(error);
    failures.push(error);
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} parts failed`);
}
