// Goal: HTTP and the library live beside a namespace of ZooKeeper's: it is listed and described as what it is, refuses what it cannot do,
// is found sound, and can be deleted. Method: a znode tree and the service on one store.

import { afterEach, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { systemClock, systemRandom } from '../../src/clock.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { openTree } from '../../src/protocols/zookeeper/replica.ts';
import { ZookeeperServer } from '../../src/protocols/zookeeper/server.ts';
import { machineNamed } from '../../src/server/state-machines.ts';
import { Replicas } from '../../src/service/replicas.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const opened: ZookeeperServer[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop();
});

async function stage() {
  const service = open(new MemoryStore(), { machineNamed });
  const replicas = new Replicas(service);
  const server = new ZookeeperServer({
    open: (observer) => openTree(replicas, 'tree', observer),
    clock: systemClock,
    random: systemRandom,
  });
  opened.push(server);
  await server.start();
  await write(server);
  return { service, replicas, server, app: createApp(service, admitOperator) };
}

/** A session, which is all that it takes to have a log. */
async function write(server: ZookeeperServer): Promise<void> {
  const session = BigInt(1 + server.log.replica.position);
  const password = new Uint8Array(16);
  expect(await server.log.propose([{ kind: 'create-session', session, password, timeoutMs: 60_000 }])).toBe(
    true,
  );
}

const get = async (app: ReturnType<typeof createApp>, path: string, method = 'GET') => {
  const answer = await app.fetch(new Request(`http://localhost${path}`, { method }));
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
};

async function names(service: Service): Promise<readonly string[]> {
  const listed = await service.namespaces.list();
  return listed.kind === 'page' ? listed.names : [];
}

test('it is listed, and described by its log', async () => {
  const { app, service } = await stage();
  await service.names('other').claim('alice', 'me');
  expect(await get(app, '/v1/namespaces')).toMatchObject({ status: 200, body: { names: ['other', 'tree'] } });
  const described = { name: 'tree', stateMachine: 'zookeeper', position: 1, keys: 0, trimmedTo: 0 };
  expect(await get(app, '/v1/namespaces/tree')).toMatchObject({ status: 200, body: described });
  const other = { stateMachine: 'kernel', position: 1, keys: 1 };
  expect(await get(app, '/v1/namespaces/other')).toMatchObject({ status: 200, body: other });
});

test('names and keys in it are refused, and nothing is written', async () => {
  const { app, server } = await stage();
  expect((await get(app, '/v1/namespaces/tree/names/alice')).body).toMatchObject({
    code: 'namespace-stopped',
  });
  expect(server.log.replica.position).toBe(1);
});

test('a diagnosis finds it sound, its snapshots included', async () => {
  const { service, replicas, server } = await stage();
  for (let index = 0; index < 10_010; index += 1) await write(server);
  await replicas.maintain();
  const diagnosed = await service.diagnose({ log: 'namespace/tree' });
  expect(diagnosed).toMatchObject({ kind: 'diagnosis', sound: true });
  expect(JSON.stringify(diagnosed)).toContain('snapshot at 10000');
  // A function does not have the state machine, and says that it has not looked.
  const without = await open(service.store).diagnose({ log: 'namespace/tree' });
  expect(without).toMatchObject({ sound: true, complete: false });
});

test('when it is deleted, the server begins with an empty one', async () => {
  const { app, service, server } = await stage();
  expect(await get(app, '/v1/namespaces/tree', 'DELETE')).toMatchObject({ status: 204 });
  expect(await names(service)).toEqual([]);
  expect(await server.log.look()).toBe(false);
  await write(server);
  expect(server.state.sessions.size).toBe(1);
  expect(await names(service)).toEqual(['tree']);
});

test('one that was deleted can be of the kernel then', async () => {
  const { app, service, server } = await stage();
  await server.stop();
  expect((await get(app, '/v1/namespaces/tree', 'DELETE')).status).toBe(204);
  expect(await service.names('tree').claim('alice', 'me')).toMatchObject({ kind: 'claimed' });
});
