// The servers that are compared: a real ZooKeeper, and ours as a process of its own.

import { freePort } from '../support/emulators.ts';
import { startServer } from '../support/server-process.ts';
import { Stage } from '../support/zookeeper/play.ts';
import {
  type RealServerOptions,
  SUPER_DIGEST,
  startRealServer,
  type ZooKeeperServer,
} from '../support/zookeeper/real-server.ts';

export interface Side {
  readonly server: ZooKeeperServer;
  readonly stage: Stage;
}

type Start = (options: RealServerOptions) => Promise<ZooKeeperServer>;

/** Both anew, with nothing in them. */
export async function startBoth(ours: Start, options: RealServerOptions): Promise<readonly [Side, Side]> {
  return Promise.all([startSide(startRealServer, options), startSide(ours, options)]);
}

export async function startSide(start: Start, options: RealServerOptions): Promise<Side> {
  const server = await start(options);
  return { server, stage: new Stage(server.port) };
}

export async function startOurs({ tickMs }: RealServerOptions): Promise<ZooKeeperServer> {
  const port = await freePort();
  const server = await startServer([
    ...['--store', 'memory', '--log-level', 'error'],
    ...['--zookeeper', String(port), '--zookeeper-tick-ms', String(tickMs)],
    ...['--zookeeper-super-digest', SUPER_DIGEST],
  ]);
  const kill = () => server.child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    port,
    async stop() {
      process.removeListener('exit', kill);
      await server.end('SIGKILL');
    },
  };
}
