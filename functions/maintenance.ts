// On a schedule: snapshots and trimming of every space, so that cold starts stay short and storage does not grow for ever.

import { Log } from '../src/log/log.ts';
import { maintainSpace } from '../src/replica/maintenance.ts';
import { Replica } from '../src/replica/replica.ts';
import { openDeployment } from './deployment.ts';

/** A cold start replays no more than about so many commands. */
const SNAPSHOT_EVERY = 1000;

const { settings, store, telemetry } = openDeployment();
const { onError } = telemetry;
const replicas = settings.spaces.map((space) => ({
  space,
  replica: new Replica(store, new Log(store, `space/${space}`), { snapshotEvery: SNAPSHOT_EVERY, onError }),
}));

/** Every space is tried; when one fails the invocation fails, so that it is seen. The schedule comes again. */
export async function handler(): Promise<void> {
  const failures: unknown[] = [];
  for (const { space, replica } of replicas) {
    try {
      const maintained = await maintainSpace(store, replica);
      telemetry.maintained(space, maintained);
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
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} spaces failed`);
}
