// A server of ours in this process, on a store in memory, with the intervals that a test wants.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { systemClock, systemRandom } from '../../../src/clock.ts';
import { openTree } from '../../../src/protocols/zookeeper/replica.ts';
import { ZookeeperServer } from '../../../src/protocols/zookeeper/server.ts';
import { serveSocket } from '../../../src/server/socket-link.ts';
import { Replicas } from '../../../src/service/replicas.ts';
import { open } from '../../../src/service/service.ts';
import { MemoryStore } from '../../../src/store/memory.ts';
import { type RealServerOptions, SUPER_DIGEST, type ZooKeeperServer } from './real-server.ts';

export async function startServerHere(options: RealServerOptions): Promise<ZooKeeperServer> {
  const replicas = new Replicas(open(new MemoryStore()), {});
  const server = new ZookeeperServer({
    open: (observer) => openTree(replicas, 'zookeeper', observer),
    clock: systemClock,
    random: systemRandom,
    tickMs: options.tickMs,
    unusedEveryMs: options.containerCheckMs,
    superDigest: SUPER_DIGEST,
  });
  await server.start();
  const listener = createServer({ noDelay: true }, (socket) => serveSocket(server, socket));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    async stop() {
      listener.close();
      await server.stop();
      await replicas.idle();
    },
  };
}
