// Goal: the replies and events of a connection are in one order, and each read sees exactly the writes before it. Method: pipelined
// requests on virtual time, whose writes go into one batch or wait for each other.

import { describe, expect, test } from 'vitest';
import type { Message } from '../../support/zookeeper/replies.ts';
import { children, create, exists, get, PING, remove, set, sync } from './requests.ts';
import { World } from './world.ts';

/** The data of `getData`, errors, and the names of all else. */
function told(messages: readonly Message[]) {
  return messages.map((message) => {
    if (message.kind === 'event') return `event ${message.type} ${message.path}`;
    if (message.kind !== 'reply') return message.kind;
    if (message.error !== 0) return `${message.of} ${message.error}`;
    const { body } = message;
    const data = message.of === 'get-data' ? (body as { readonly data: string }).data : undefined;
    return data === undefined ? message.of : `data ${data}`;
  });
}

describe('one connection', () => {
  test('a read between two writes sees the first one and not the second, although both are in one batch', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(
      create('/a', '0'),
      set('/a', '1'),
      get('/a'),
      set('/a', '2'),
      get('/a'),
      remove('/a'),
      exists('/a'),
    );
    server.calls.length = 0;
    await world.until(() => client.outstanding === 0);
    expect(server.calls.filter((method) => method === 'update')).toHaveLength(1);
    expect(told(client.take())).toEqual([
      'create',
      'set-data',
      'data 1',
      'set-data',
      'data 2',
      'delete',
      'exists -101',
    ]);
  });

  test('a read without writes before it is answered at once, and asks the store for nothing', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    server.calls.length = 0;
    client.send(get('/'), children('/'), exists('/none'), PING);
    await world.until(() => client.outstanding === 0);
    expect(server.calls).toEqual([]);
    expect(told(client.take())).toEqual(['data ', 'get-children', 'exists -101', 'ping']);
  });

  test('the zxid of a read is that of the last change, and that of a write its own, also when it fails', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(get('/'), create('/a'), get('/'), create('/a'), set('/none', ''), get('/'));
    await world.until(() => client.outstanding === 0);
    const zxids = client.take().map((message) => (message.kind === 'reply' ? message.zxid : -1));
    expect(zxids).toEqual([1, 2, 2, 3, 4, 4]);
  });

  test('all answers of one turn leave in one piece', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    const { sends } = client;
    client.send(...Array.from({ length: 20 }, (_, index) => [create(`/${index}`), get('/')]).flat());
    await world.until(() => client.outstanding === 0);
    expect(client.sends - sends).toBe(1);
  });

  test('what comes behind a sync waits for it, and a write behind it is not seen by a read between them', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const [client, writer] = [await server.client(), await other.client()];
    writer.send(create('/a', 'theirs'));
    await world.until(() => writer.outstanding === 0);
    client.send(get('/a'), sync('/a'), get('/a'), set('/a', 'ours'), get('/a'));
    await world.until(() => client.outstanding === 0);
    expect(told(client.take())).toEqual(['get-data -101', 'sync', 'data theirs', 'set-data', 'data ours']);
  });

  test('a sync behind a write, and reads behind that', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(create('/a', '1'), get('/a'), sync(), set('/a', '2'), sync(), sync(), get('/a'), PING);
    await world.until(() => client.outstanding === 0);
    expect(told(client.take())).toEqual([
      'create',
      'data 1',
      'sync',
      'set-data',
      'sync',
      'sync',
      'data 2',
      'ping',
    ]);
  });

  test('where reads are linearizable, each looks, and reads that come together share a look', async () => {
    const world = new World();
    const server = await world.start({ reads: 'linearizable' });
    const other = await world.start();
    const [client, writer] = [await server.client(), await other.client()];
    writer.send(create('/a', 'theirs'));
    await world.until(() => writer.outstanding === 0);
    server.calls.length = 0;
    client.send(get('/a'), get('/a'), exists('/a'), set('/a', 'ours'), get('/a'));
    await world.until(() => client.outstanding === 0);
    expect(told(client.take())).toEqual(['data theirs', 'data theirs', 'exists', 'set-data', 'data ours']);
    expect(server.calls).toEqual(['range', 'update']);
  });

  test('one that waits for the store does not hold up another one', async () => {
    const world = new World();
    const server = await world.start();
    const [slow, quick] = [await server.client(), await server.client()];
    slow.send(set('/zookeeper', ''), get('/'));
    quick.send(get('/'));
    await world.until(() => quick.outstanding === 0);
    expect(slow.outstanding).toBe(2);
  });

  test('more requests than may wait are left with the client, and are all answered', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(create('/a'), ...Array.from({ length: 5000 }, () => get('/')));
    await world.until(() => client.isPaused);
    expect([...server.server.connections][0]?.outstanding).toBe(1000);
    await world.until(() => client.outstanding === 0);
    expect(client.isPaused).toBe(false);
  });
});

describe('two servers on one log', () => {
  test('a client that has seen a change finds it on the other server, which must wait for it', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const [client, reader] = [await server.client(), await other.client()];
    client.send(create('/a', 'new'));
    await world.until(() => client.outstanding === 0);
    const [reply] = client.take();
    const lastZxidSeen = reply?.kind === 'reply' ? reply.zxid : 0;
    reader.send(get('/a'));
    await world.until(() => reader.outstanding === 0);
    expect(told(reader.take())).toEqual(['get-data -101']);
    const { session = '', password = '' } = client.session ?? {};
    const moved = other.open();
    moved.connect({ timeoutMs: 10_000, lastZxidSeen, session, password });
    moved.send(get('/a'));
    await world.until(() => moved.outstanding === 0);
    expect(told(moved.take())).toEqual(['connected', 'data new']);
  });

  test('one that has seen more than there is: the connection is closed without a word', async () => {
    const world = new World();
    const server = await world.start();
    const client = server.open();
    client.connect({ timeoutMs: 10_000, lastZxidSeen: 1_000_000 });
    await world.until(() => client.isClosed);
    expect(client.take()).toEqual([]);
  });

  test('a reader without watches sees the writes of other servers after a moment', async () => {
    const world = new World();
    const [server, other] = [await world.start(), await world.start()];
    const [reader, writer] = [await server.client(), await other.client()];
    const msUntil = async (data: string) => {
      const begin = world.scheduler.nowMs;
      for (let seen: string | undefined; seen !== `data ${data}`; [seen] = told(reader.take())) {
        await world.pass(100);
        reader.send(get('/a'));
        await world.until(() => reader.outstanding === 0);
      }
      return world.scheduler.nowMs - begin;
    };
    writer.send(create('/a', 'first'));
    // The reader's server learns that there is another one when it renews its own session.
    expect(await msUntil('first')).toBeLessThan(10_000 / 3 + 1000);
    writer.send(set('/a', 'second'));
    expect(await msUntil('second')).toBeLessThan(1500);
  });
});
