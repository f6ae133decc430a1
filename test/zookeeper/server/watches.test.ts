// Goal: every watcher learns of every change that its watches name, once, before any reply that shows it. Method: watchers and writers on
// virtual time, on one server and on two, through changed lists, and when the replica has jumped.

import { describe, expect, test } from 'vitest';
import { maintainNamespace } from '../../../src/replica/maintenance.ts';
import type { Request } from '../../support/zookeeper/requests.ts';
import type { LinkedClient } from './linked-client.ts';
import { children, create, exists, get, OPEN, PING, remove, set } from './requests.ts';
import { World } from './world.ts';

const addWatch = (path: string, kind: 0 | 1): Request => ({ op: 'add-watch', path, kind });
const [PERSISTENT, RECURSIVE] = [0, 1] as const;

/** Sends, waits for all answers, and tells events and errors, and `ok` for a reply without an error. */
async function told(world: World, client: LinkedClient, ...requests: Request[]): Promise<string[]> {
  client.send(...requests);
  await world.until(() => client.outstanding === 0 || client.isClosed);
  return short(client);
}

function short(client: LinkedClient): string[] {
  return client.take().map((message) => {
    if (message.kind === 'event') return `${message.type} ${message.path}`;
    return message.kind === 'reply' && message.error === 0 ? 'ok' : JSON.stringify(message);
  });
}

async function stage() {
  const world = new World();
  const server = await world.start();
  const [client, writer] = [await server.client(), await server.client()];
  await told(world, writer, create('/a'), create('/a/b'));
  return { world, server, client, writer };
}

describe('events', () => {
  test('come before the reply of the write that has caused them, also on its own connection', async () => {
    const { world, client } = await stage();
    expect(await told(world, client, get('/a', true), set('/a', 'x'), get('/a'))).toEqual([
      'ok',
      '3 /a',
      'ok',
      'ok',
    ]);
  });

  test('come before a read of another client shows the change, and in the order of the changes', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, get('/a', true), children('/a', true), exists('/a/c', true));
    await told(world, writer, set('/a', 'x'), create('/a/c'), set('/a/c', 'y'));
    expect(await told(world, client, get('/a'))).toEqual(['3 /a', '1 /a/c', '4 /a', 'ok']);
  });

  test('of a multi come in the order of its operations, each watch once', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, get('/a', true), children('/a', true));
    const operations = [set('/a', '1'), set('/a', '2'), create('/a/c'), create('/a/d'), remove('/a/b')];
    await told(world, writer, { op: 'multi', operations });
    expect(short(client)).toEqual(['3 /a', '4 /a']);
  });

  test('a deletion is told once, whichever watches there are, and then to the parent', async () => {
    const { world, client, writer } = await stage();
    await told(
      world,
      client,
      get('/a/b', true),
      children('/a/b', true),
      exists('/a/b', true),
      children('/a', true),
    );
    await told(world, writer, remove('/a/b'), create('/a/b'), remove('/a/b'));
    expect(short(client)).toEqual(['2 /a/b', '4 /a']);
  });

  test('have -1 as their xid and zxid, as in 3.8', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, get('/a', true));
    await told(world, writer, set('/a', 'x'));
    expect(client.take()).toEqual([{ kind: 'event', zxid: -1, error: 0, type: 3, state: 3, path: '/a' }]);
  });

  test('of another server come although the watcher does nothing', async () => {
    const { world, client } = await stage();
    const other = await world.start();
    const writer = await other.client();
    await told(world, client, get('/a', true));
    await told(world, writer, set('/a', 'x'));
    await world.until(() => client.messages.length > 0);
    expect(short(client)).toEqual(['3 /a']);
  });

  test('a failed read sets no watch, a missing znode is watched by exists alone', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, get('/none', true), children('/none', true), exists('/none', true));
    await told(world, writer, create('/none'), create('/none/x'), set('/none', 'y'));
    expect(short(client)).toEqual(['1 /none']);
  });
});

describe('watches that stay', () => {
  test('persistent: of the znode and its children, also after it was deleted', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, addWatch('/a', PERSISTENT));
    await told(
      world,
      writer,
      set('/a', '1'),
      set('/a', '2'),
      create('/a/c'),
      remove('/a/c'),
      set('/a/b', 'z'),
    );
    await told(world, writer, remove('/a/b'), remove('/a'), create('/a'));
    expect(short(client)).toEqual(['3 /a', '3 /a', '4 /a', '4 /a', '4 /a', '2 /a', '1 /a']);
  });

  test('recursive: of the znode and all below it, without changes of children', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, addWatch('/', RECURSIVE));
    await told(world, writer, create('/a/b/c'), set('/a', 'x'), remove('/a/b/c'));
    expect(short(client)).toEqual(['1 /a/b/c', '3 /a', '2 /a/b/c']);
  });

  test('recursive ones do not fit a sibling whose name begins alike', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, addWatch('/a', RECURSIVE));
    await told(world, writer, create('/ab'), create('/a/x'));
    expect(short(client)).toEqual(['1 /a/x']);
  });

  test('several that fit tell an event once', async () => {
    const { world, client, writer } = await stage();
    await told(
      world,
      client,
      addWatch('/', RECURSIVE),
      addWatch('/a', RECURSIVE),
      addWatch('/a/b', PERSISTENT),
    );
    await told(world, writer, set('/a/b', 'x'));
    expect(short(client)).toEqual(['3 /a/b']);
  });

  test('removing: by kind, and an error where there is none', async () => {
    const { world, client, writer } = await stage();
    const of = (op: 'check-watches' | 'remove-watches', path: string, kind: number): Request => ({
      op,
      path,
      kind,
    });
    const [check, drop] = ['check-watches', 'remove-watches'] as const;
    const none = expect.stringContaining('"error":-121');
    expect(await told(world, client, get('/a', true), of(check, '/a', 2), of(check, '/a', 1))).toEqual([
      'ok',
      'ok',
      none,
    ]);
    expect(await told(world, client, of(drop, '/a', 1), of(drop, '/a', 3), of(drop, '/a', 3))).toEqual([
      none,
      'ok',
      none,
    ]);
    expect(
      await told(world, client, addWatch('/a', PERSISTENT), of(drop, '/a', 3), of(check, '/a', 3)),
    ).toEqual(['ok', 'ok', none]);
    await told(world, writer, set('/a', 'x'), create('/a/c'));
    expect(short(client)).toEqual([]);
    // As in 3.8.0, looking finds the watches of all connections at that path, and none above it.
    await told(world, writer, get('/a/b', true), addWatch('/a', RECURSIVE));
    expect(
      await told(world, client, of(check, '/a/b', 2), of(check, '/a/b/x', 1), of(drop, '/a/b', 2)),
    ).toEqual(['ok', none, none]);
    const malformed = expect.stringContaining('"error":-5');
    expect(await told(world, client, of(drop, '/a', 4), addWatch('/a', 7 as 0))).toEqual([
      malformed,
      malformed,
    ]);
  });
});

describe('permission', () => {
  test('who may not read the znode is told nothing, and its watch is used up', async () => {
    const { world, client, writer } = await stage();
    await told(world, client, exists('/a', true));
    await told(world, writer, {
      op: 'set-acl',
      path: '/a',
      acl: [{ permissions: 30, scheme: 'world', id: 'anyone' }],
      version: -1,
    });
    await told(world, writer, set('/a', 'secret'));
    await told(world, writer, { op: 'set-acl', path: '/a', acl: OPEN, version: -1 }, set('/a', 'open'));
    expect(short(client)).toEqual([]);
  });
});

describe('setting watches again', () => {
  test('what has changed since is told before the reply, the others are set', async () => {
    const { world, client, writer } = await stage();
    client.send(get('/'));
    await world.until(() => client.outstanding === 0);
    const [reply] = client.take();
    const relativeZxid = reply?.kind === 'reply' ? reply.zxid : 0;
    await told(world, writer, set('/a', 'x'), create('/a/c'), create('/new'));
    const again: Request = {
      op: 'set-watches',
      relativeZxid,
      data: ['/a', '/a/b', '/gone'],
      exist: ['/new', '/none'],
      child: ['/a', '/a/b', '/gone'],
      persistent: ['/p'],
      recursive: ['/r'],
    };
    expect(await told(world, client, again)).toEqual(['3 /a', '2 /gone', '1 /new', '4 /a', '2 /gone', 'ok']);
    await told(
      world,
      writer,
      set('/a', 'y'),
      set('/a/b', 'y'),
      create('/none'),
      create('/a/b/c'),
      create('/p'),
      create('/r'),
    );
    expect(short(client)).toEqual(['3 /a/b', '1 /none', '4 /a/b', '1 /p', '1 /r']);
  });
});

test('watches of a connection end with it', async () => {
  const { world, server, client } = await stage();
  await told(world, client, get('/a', true), children('/a', true), addWatch('/a', RECURSIVE));
  expect(server.server.watches.count).toBeGreaterThan(0);
  client.drop();
  expect(server.server.watches.count).toBe(0);
});

test('while nobody watches, a server at rest asks the store for nothing but its renewals', async () => {
  const { world, server, client } = await stage();
  const idle = async () => {
    server.calls.length = 0;
    for (let round = 0; round < 6; round += 1) {
      client.send(PING);
      await world.pass(1000);
    }
    return server.calls.filter((method) => method !== 'update' && method !== 'open').length;
  };
  await told(world, client, get('/a', true));
  expect(await idle()).toBeGreaterThan(10);
  await told(world, client, set('/a', ''));
  await world.pass(1000);
  expect(await idle()).toBe(0);
});

test('a server whose replica has jumped over changes closes the connections that watch', async () => {
  const world = new World();
  const far = { trimAgeMinMs: 0, snapshotEvery: 10 };
  const [slow, quick] = [await world.start(far), await world.start(far)];
  const [watcher, reader, writer] = [
    await slow.client(60_000),
    await slow.client(60_000),
    await quick.client(60_000),
  ];
  await told(world, watcher, exists('/1', true));
  // Nothing is read there until the log is trimmed beyond what it has.
  slow.process.freeze(30_000, false);
  for (let index = 0; index < 60; index += 1) await told(world, writer, create(`/${index}`));
  const { replica } = quick.server.log;
  const { clock } = quick.process;
  await world.settled(maintainNamespace(world.store, replica, { clock }));
  await world.settled(maintainNamespace(world.store, replica, { clock }));
  await world.until(() => watcher.isClosed);
  expect(short(watcher)).toEqual([]);
  expect(await told(world, reader, exists('/50'))).toEqual(['ok']);
});
