// On a schedule: snapshots and trimming of every namespace, so that cold starts stay short, and the storage
// of deleted logs and of trimmed or expired streams, so that storage does not grow for ever. On another one:
// the end of leases that are due, where no request comes that would end them.

import { systemClock, systemRandom } from '../src/clock.ts';
import { Kernel } from '../src/coordination/kernel.ts';
import { STREAMS } from '../src/coordination/keys.ts';
import { Register } from '../src/coordination/register.ts';
import { DeletedLogs } from '../src/log/deleted-logs.ts';
import { Log } from '../src/log/log.ts';
import { maintainNamespace } from '../src/replica/maintenance.ts';
import { Replica } from '../src/replica/replica.ts';
import { removeSnapshots } from '../src/replica/snapshot-writes.ts';
import { NAMESPACES_LOG, namespaceLogName, STREAMS_LOG, streamLogName } from '../src/resource-names.ts';
import { LinkedStreams } from '../src/service/linked-streams.ts';
import { maintainStreams, type StreamMaintenanceParts } from '../src/service/stream-maintenance.ts';
import { kernel } from '../src/state-machine/kernel/kernel.ts';
import { openDeployment } from './deployment.ts';

/** About the most commands that a cold start replays. */
const SNAPSHOT_EVERY = 1000;

const { settings, store, telemetry } = openDeployment();
const { onError } = telemetry;
const opened = settings.namespaces.map((namespace) => stateOf(namespace, namespaceLogName(namespace)));
/** The lists of namespaces and of streams have no leases. */
const listOfStreams = stateOf(STREAMS_LOG, STREAMS_LOG);
const lists = [stateOf(NAMESPACES_LOG, NAMESPACES_LOG), listOfStreams];
const streams = new Register(listOfStreams.state, STREAMS);

function stateOf(namespace: string, log: string) {
  const options = { snapshotEvery: SNAPSHOT_EVERY, onError };
  return { namespace, state: new Kernel(new Replica(kernel, store, new Log(store, log), options)) };
}

const deletedLogs = new DeletedLogs(
  store,
  {},
  (log, upTo) => removeSnapshots({ store, log }, upTo),
  (log) => linked.clearHolds(log),
);
const openLog = (path: string) => new Log(store, streamLogName(path));
/** A source that is deleted is kept for its forks, and a fork that has expired is deleted. */
const linked = new LinkedStreams({
  store,
  log: {},
  deletedLogs: () => deletedLogs,
  openLog,
  registerFor: (path) => ({
    add: (maintainedFromNow) => streams.add(path, maintainedFromNow),
    beginRemoval: () => streams.beginRemoval(path),
  }),
});

interface Task {
  /** Default: all that keeps namespaces cheap. */
  readonly task?: 'expire-leases' | undefined;
}

/**
 * Every namespace is tried; when one fails the invocation fails, so that it is seen. The schedule comes
 * again.
 */
export async function handler({ task }: Task = {}): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (part: () => Promise<void>): Promise<void> => {
    try {
      await part();
    } catch (error) {
      onError(error);
      failures.push(error);
    } finally {
      // The time may be over before the next one is done.
      telemetry.flush();
    }
  };
  for (const { namespace, state } of task === undefined ? [...opened, ...lists] : opened) {
    await attempt(async () => {
      if (task === 'expire-leases') return telemetry.expired(namespace, await state.sweepLeases());
      const maintained = await maintainNamespace(store, state.replica);
      telemetry.maintained(namespace, maintained);
      // The replica has told of it already.
      if (maintained.snapshotFailure !== undefined) failures.push(maintained.snapshotFailure);
    });
  }
  if (task === undefined) {
    await attempt(async () => telemetry.swept(await deletedLogs.sweep()));
    await attempt(async () => telemetry.maintainedStreams(await maintainStreams(maintained(failures))));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} parts failed`);
}

/** @param failures takes the errors of single streams */
function maintained(failures: unknown[]): StreamMaintenanceParts {
  return {
    paths: () => streams.maintainedNames(),
    open: openLog,
    describe: (path) => linked.open(path).describe(),
    heldAfter: (log) => linked.heldAfter(log),
    clock: systemClock,
    random: systemRandom,
    onError: (error) => {
      onError(error);
      failures.push(error);
    },
  };
}
