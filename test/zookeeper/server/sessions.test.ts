// Goal: a session lives as long as its client is heard, moves with it, and ends once, at every server. Method: clients on virtual time
// that are silent, come back, move, and whose servers are killed, suspended, or cut off from the store.

import { describe, expect, test } from 'vitest';
import type { LinkedClient } from './linked-client.ts';
import { CLOSE, children, create, EPHEMERAL, exists, get, PING } from './requests.ts';
import { type TestServer, World } from './world.ts';

const TIMEOUT_MS = 6000;

/** Opens a connection with the session of another one. */
function attach(
  server: TestServer,
  client: LinkedClient,
  password = client.session?.password ?? '',
): LinkedClient {
  const moved = server.open();
  moved.connect({ timeoutMs: TIMEOUT_MS, session: client.session?.session ?? '', password });
  return moved;
}

/** What is at the path, for a client of its own. */
async function isThere(world: World, server: TestServer, path: string): Promise<boolean> {
  const client = await server.client();
  client.send({ op: 'sync', path }, exists(path), CLOSE);
  await world.until(() => client.isClosed);
  return client.told()[1] !== -101;
}

/** A client that pings as clients do, until it is closed. */
async function pinged(world: World, client: LinkedClient, ms: number): Promise<void> {
  for (let passed = 0; passed < ms && !client.isClosed; passed += TIMEOUT_MS / 3) {
    client.send(PING);
    await world.pass(TIMEOUT_MS / 3);
  }
}

describe('connecting', () => {
  test('the time-out is from 2 to 20 ticks', async () => {
    const world = new World();
    const server = await world.start({ tickMs: 500 });
    const asked = [1, 999, 1000, 4321, 10_000, 999_999, -5];
    const granted = [];
    for (const timeoutMs of asked) granted.push((await server.client(timeoutMs)).session?.timeoutMs);
    expect(granted).toEqual([1000, 1000, 1000, 4321, 10_000, 10_000, 1000]);
  });

  test('ids and passwords are another for each session, and no id is one that ZooKeeper keeps for itself', async () => {
    const world = new World();
    const server = await world.start();
    const sessions = [];
    for (let index = 0; index < 20; index += 1) sessions.push((await server.client()).session);
    expect(new Set(sessions.map((one) => one?.session)).size).toBe(20);
    expect(new Set(sessions.map((one) => one?.password)).size).toBe(20);
    for (const one of sessions) {
      const id = BigInt(one?.session ?? 0);
      expect(id > 0n && id >> 56n < 0x80n).toBe(true);
    }
  });

  test('a client that does not know of read-only servers has an answer of 36 bytes, the others of 37', async () => {
    const world = new World();
    const server = await world.start();
    const lengths = [];
    for (const readOnly of [undefined, false]) {
      const client = server.open();
      client.connect({ timeoutMs: 1, readOnly });
      await world.until(() => client.session !== undefined);
      lengths.push(client.raw.readInt32BE(0));
    }
    expect(lengths).toEqual([36, 37]);
  });

  test('with another password, or of a session that is not there: it is over, and the old connection stays', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    const stranger = attach(server, client, 'ff'.repeat(16));
    await world.until(() => stranger.isClosed);
    expect(stranger.session).toMatchObject({ timeoutMs: 0, session: '0x0', password: '00'.repeat(16) });
    client.send(get('/'));
    await world.until(() => client.outstanding === 0);
    expect(client.isClosed).toBe(false);
  });

  test('requests that come before the answer wait for it', async () => {
    const world = new World();
    const server = await world.start();
    const client = server.open();
    client.connect({ timeoutMs: TIMEOUT_MS });
    client.send(create('/a'), get('/a'));
    await world.until(() => client.session !== undefined && client.outstanding === 0);
    expect(client.told()).toHaveLength(3);
  });
});

describe('moving', () => {
  test.each(['the same server', 'another server'])(
    'to a connection of %s: the old one is closed',
    async (where) => {
      const world = new World();
      const server = await world.start();
      const other = where === 'another server' ? await world.start() : server;
      const client = await server.client(TIMEOUT_MS);
      client.send(create('/mine', '', { flags: EPHEMERAL }));
      await world.until(() => client.outstanding === 0);
      const moved = attach(other, client);
      await world.until(() => moved.session !== undefined);
      expect(moved.session).toEqual(client.session);
      // A connection at rest learns of it when its server looks at the log again.
      client.send(PING);
      await world.until(() => client.isClosed);
      await pinged(world, moved, 3 * TIMEOUT_MS);
      moved.send(get('/mine'));
      await world.until(() => moved.outstanding === 0);
      expect(moved.told().at(-1)).toMatchObject({ stat: { ephemeralOwner: client.session?.session } });
    },
  );

  test('a write on a connection whose session has moved is not done, and has no answer', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    const moved = attach(other, client);
    await world.until(() => moved.session !== undefined);
    client.send(create('/late'));
    await world.until(() => client.isClosed);
    expect(client.told()).toEqual([]);
    expect(await isThere(world, other, '/late')).toBe(false);
  });

  test('two that attach one session at the same moment: one has it in the end', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    client.drop();
    const both = [attach(server, client), attach(other, client)];
    // The one that has lost it learns of it when its server renews the session.
    while (!both.some((one) => one.isClosed)) {
      for (const one of both) one.send(PING);
      await world.pass(1000);
    }
    expect(both.filter((one) => one.isClosed)).toHaveLength(1);
    const [holder] = both.filter((one) => !one.isClosed);
    holder?.send(create('/holder'));
    await world.until(() => holder?.outstanding === 0);
    expect(holder?.told().at(-1)).toEqual({ path: '/holder' });
  });
});

describe('ending', () => {
  test('a client that says so: its answer has no body, and its ephemeral znodes are gone', async () => {
    const world = new World();
    const server = await world.start();
    const [client, watcher] = [await server.client(), await server.client()];
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    watcher.send(exists('/mine', true), children('/', true));
    await world.until(() => watcher.outstanding === 0);
    [client, watcher].map((one) => one.take());
    client.send(CLOSE, get('/'));
    await world.until(() => client.isClosed);
    expect(client.told()).toEqual(['close-session']);
    expect(watcher.told()).toEqual(['event 2 /mine', 'event 4 /']);
  });

  test('a silent client loses its session when its time is over, and not before', async () => {
    const world = new World();
    const server = await world.start();
    const [client, watcher] = [await server.client(TIMEOUT_MS), await server.client(60_000)];
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    const silentSince = world.scheduler.nowMs;
    watcher.send(exists('/mine', true));
    await world.until(() => watcher.messages.some((message) => message.kind === 'event'));
    const silentMs = world.scheduler.nowMs - silentSince;
    expect(silentMs).toBeGreaterThanOrEqual(TIMEOUT_MS);
    expect(silentMs).toBeLessThan(TIMEOUT_MS + 1000);
    expect(client.isClosed).toBe(true);
    const again = attach(server, client);
    await world.until(() => again.isClosed);
    expect(again.session?.session).toBe('0x0');
  });

  test('a client that only pings keeps its session, also in the eyes of another server', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    const observer = await other.client(60_000);
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    observer.send(children('/', true));
    await pinged(world, client, 20 * TIMEOUT_MS);
    expect(client.isClosed).toBe(false);
    expect(await isThere(world, other, '/mine')).toBe(true);
  });

  test('renewals of all sessions of a server go together, and idle ones cost one call for each third', async () => {
    const world = new World();
    const server = await world.start();
    const clients: LinkedClient[] = [];
    for (let index = 0; index < 50; index += 1) clients.push(await server.client(TIMEOUT_MS));
    // Not in the very moment in which the server looks.
    await world.pass(50);
    server.calls.length = 0;
    const before = server.server.position;
    const rounds = 12;
    for (let round = 0; round < rounds; round += 1) {
      for (const client of clients) client.send(PING);
      await world.pass(TIMEOUT_MS / 3);
    }
    expect(clients.some((client) => client.isClosed)).toBe(false);
    expect(server.server.position - before).toBeLessThanOrEqual(rounds + 1);
    // A segment is full now and then. Nothing is read.
    expect(server.calls.filter((method) => method !== 'update' && method !== 'open')).toEqual([]);
  });

  test('when the server is killed, another one ends the session a third later than its time, at the earliest', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    const watcher = await other.client(60_000);
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    watcher.send({ op: 'sync', path: '/' }, exists('/mine', true));
    await world.until(() => watcher.outstanding === 0);
    const killedAt = world.scheduler.nowMs;
    server.kill();
    await world.until(() => watcher.messages.some((message) => message.kind === 'event'));
    const ms = world.scheduler.nowMs - killedAt;
    expect(ms).toBeGreaterThanOrEqual((TIMEOUT_MS * 4) / 3);
    expect(ms).toBeLessThan((TIMEOUT_MS * 4) / 3 + 1500);
  });

  test('a server that starts anew gives every session its whole time', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    server.kill();
    await world.pass(TIMEOUT_MS * 10);
    const next = await world.start();
    await world.pass(TIMEOUT_MS);
    const again = attach(next, client);
    await world.until(() => again.session !== undefined);
    expect(again.session).toEqual(client.session);
  });
});

describe('trouble', () => {
  test('what came while the server was suspended counts: no session ends by the suspension', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(60_000);
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    server.process.freeze(59_000, true);
    client.send(PING);
    await world.pass(70_000);
    expect(client.isClosed).toBe(false);
    expect(await isThere(world, server, '/mine')).toBe(true);
  });

  test('after a suspension a client finds its session, for nobody could have heard it', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    server.process.freeze(3 * TIMEOUT_MS, false);
    await world.until(() => client.isClosed);
    const again = attach(server, client);
    await world.until(() => again.session !== undefined);
    expect(again.session).toEqual(client.session);
  });

  test('a server that the store does not answer lets its clients go before others may end their sessions', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    const watcher = await other.client(60_000);
    client.send(create('/lock', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    watcher.send({ op: 'sync', path: '/' }, exists('/lock', true));
    await world.until(() => watcher.outstanding === 0);
    server.isCutOff = true;
    let closedAt = 0;
    while (closedAt === 0) {
      client.send(PING);
      await world.pass(100);
      if (client.isClosed) closedAt = world.scheduler.nowMs;
    }
    expect(watcher.messages.some((message) => message.kind === 'event')).toBe(false);
    await world.until(() => watcher.messages.some((message) => message.kind === 'event'));
    expect(world.scheduler.nowMs).toBeGreaterThan(closedAt);
  });

  test('one that was suspended for longer than the time-out answers nothing on the session', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const client = await server.client(TIMEOUT_MS);
    const watcher = await other.client(60_000);
    client.send(create('/lock', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    watcher.send({ op: 'sync', path: '/' }, exists('/lock', true));
    await world.until(() => watcher.outstanding === 0);
    client.take();
    server.process.freeze(3 * TIMEOUT_MS, false);
    client.send(exists('/lock'), PING);
    await world.until(() => client.isClosed);
    expect(client.told()).toEqual([]);
    expect(watcher.told()).toContain('event 2 /lock');
  });

  test('when the store comes back, clients have their whole time to come back', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    client.send(create('/mine', '', { flags: EPHEMERAL }));
    await world.until(() => client.outstanding === 0);
    server.isCutOff = true;
    await pinged(world, client, 5 * TIMEOUT_MS);
    expect(client.isClosed).toBe(true);
    server.isCutOff = false;
    await world.pass(TIMEOUT_MS / 2);
    const again = attach(server, client);
    await world.until(() => again.session !== undefined);
    expect(again.session).toEqual(client.session);
  });

  test('a write whose outcome is unknown, and what is behind it, has no answer: the connection is closed', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    server.isCutOff = true;
    client.send(get('/'), create('/a'), get('/a'));
    await world.until(() => client.isClosed);
    expect(client.told()).toHaveLength(1);
    server.isCutOff = false;
    expect(await isThere(world, server, '/a')).toBe(false);
  });

  test('a write behind one that was lost on its way is not done', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    server.refusedUpdates = 1;
    client.send(create('/first'));
    await world.pass(1);
    client.send(create('/second'), get('/second'));
    await world.until(() => client.isClosed);
    await world.pass(1000);
    expect(client.told()).toEqual([]);
    expect(server.refusedUpdates).toBe(0);
    expect(await isThere(world, server, '/second')).toBe(false);
  });

  test('a client that only authenticates is not heard: its session ends', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client(TIMEOUT_MS);
    for (let round = 0; round < 20 && !client.isClosed; round += 1) {
      client.send({ op: 'sasl', token: null }, { op: 'auth', scheme: 'digest', auth: 'a:b' });
      await world.pass(1000);
    }
    expect(client.isClosed).toBe(true);
  });

  test('a shutdown answers what was accepted, and ends no session', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const [client, idle] = [await server.client(TIMEOUT_MS), await server.client(TIMEOUT_MS)];
    client.send(create('/mine', '', { flags: EPHEMERAL }), get('/mine'));
    await world.pass(1);
    await world.settled(server.server.stop());
    expect(client.isClosed && idle.isClosed).toBe(true);
    expect(client.told()).toHaveLength(2);
    const moved = attach(other, client);
    await world.until(() => moved.session !== undefined);
    expect(moved.session).toEqual(client.session);
    const late = server.open();
    expect(late.isClosed).toBe(true);
  });
});
