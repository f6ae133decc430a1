// Goal: whatever a client sends, or does not send or take, the server goes on, its memory is bounded, and the client is told what
// ZooKeeper tells. Method: bytes of every kind on virtual time, whole, in pieces and cut off.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORDS_KNOWN } from '../../../src/protocols/zookeeper/four-letter-words.ts';
import { ZOOKEEPER_WORDS } from '../../../src/server/settings.ts';
import { SUPER_DIGEST } from '../../support/zookeeper/real-server.ts';
import type { Request } from '../../support/zookeeper/requests.ts';
import { children, create, get, OPEN, PING, set } from './requests.ts';
import { World } from './world.ts';

const length = (bytes: number) => {
  const frame = Buffer.alloc(4);
  frame.writeInt32BE(bytes);
  return frame;
};

describe('frames', () => {
  test.each([-1, -2_147_483_648, 0x100000, 2_147_483_647])(
    'of %d bytes close the connection',
    async (bytes) => {
      const world = new World();
      const server = await world.start();
      const fresh = server.open();
      fresh.write(length(bytes));
      const client = await server.client();
      client.write(length(bytes));
      await world.until(() => fresh.isClosed && client.isClosed);
      expect([...fresh.take(), ...client.take()]).toEqual([]);
    },
  );

  test('the largest is taken', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.isRaw = true;
    client.write(Buffer.concat([length(0xfffff), Buffer.alloc(0xfffff)]));
    await world.until(() => client.isClosed);
    // Its type 0 is unknown.
    expect(client.raw.subarray(-16).toString('hex')).toBe('00000000fffffffffffffffffffffffa');
  });

  test('may come byte by byte, and a half one does nothing', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.isRaw = true;
    const bytes = Buffer.from('0000000e0000000100000003000000012f00', 'hex');
    for (const byte of bytes.subarray(0, -1)) client.write(Buffer.from([byte]));
    await world.pass(100);
    const { length: before } = client.raw;
    expect(before).toBe(40);
    client.write(bytes.subarray(-1));
    await world.until(() => client.raw.length > before);
    expect(client.raw.length - before).toBe(4 + 16 + 68);
  });

  test('too short for a header: the connection is closed', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.write(Buffer.concat([length(7), Buffer.alloc(7)]));
    await world.until(() => client.isClosed);
    expect(server.errors).toEqual([]);
  });
});

describe('requests', () => {
  const odd = (type: number, body = ''): Request => ({ op: 'odd', type, body });

  test.each([0, 10, 13, 20, 99, 108, 1000, -1, -10, 2_147_483_647])(
    'of the unknown type %d: -6, then the end',
    async (type) => {
      const world = new World();
      const server = await world.start();
      const client = await server.client();
      client.send(create('/a'), odd(type), create('/b'));
      await world.until(() => client.isClosed);
      const [, refused, ...others] = client.take();
      expect(refused).toMatchObject({ kind: 'reply', zxid: -1, error: -6 });
      expect(others).toEqual([]);
    },
  );

  test('whose body does not decode: -5, in its place, and the connection stays', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    const types = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 19, 21, 22, 101, 102, 103, 104, 105, 106];
    client.send(create('/a'), ...types.map((type) => odd(type, '000000ff')), get('/a'));
    await world.until(() => client.outstanding === 0);
    const errors = client.take().map((message) => (message.kind === 'reply' ? message.error : message.kind));
    expect(errors).toEqual([0, ...types.map(() => -5), 0]);
  });

  test('counts that cannot be true take no memory', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    // A create with two thousand million entries in its list, and watches likewise.
    client.send(odd(1, '000000012f000000007fffffff'), odd(101, '00000000000000007fffffff'));
    await world.until(() => client.outstanding === 0);
    expect(client.told()).toEqual([-5, -5]);
  });

  test('a failed authentication: -115 with zxid 0, then the end; a good one is answered with zxid 0', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(
      { op: 'auth', scheme: 'digest', auth: 'user:word' },
      { op: 'who-am-i' },
      { op: 'auth', scheme: 'world', auth: 'anyone' },
      get('/'),
    );
    await world.until(() => client.isClosed);
    expect(client.take()).toMatchObject([
      { zxid: 0, error: 0 },
      {
        error: 0,
        body: {
          identities: [
            { scheme: 'digest', user: 'user' },
            { scheme: 'ip', user: '127.0.0.1' },
          ],
        },
      },
      { zxid: 0, error: -115 },
    ]);
  });

  test('the superuser is who shows the right password, and nobody where none is set', async () => {
    const asked = async (superDigest: string | undefined, password: string) => {
      const world = new World();
      const client = await (await world.start({ superDigest })).client();
      client.send(
        { op: 'auth', scheme: 'digest', auth: `root:${password}` },
        { op: 'set-data', path: '/zookeeper/config', data: 'x', version: -1 },
      );
      await world.until(() => client.outstanding === 0);
      return client.take().map((message) => message.kind === 'reply' && message.error);
    };
    expect(await asked(SUPER_DIGEST, 'secret')).toEqual([0, 0]);
    expect(await asked(SUPER_DIGEST, 'wrong')).toEqual([0, -102]);
    expect(await asked(undefined, 'secret')).toEqual([0, -102]);
  });

  test('reconfig and SASL are answered as by a server without them', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(
      { op: 'reconfig', joining: null, leaving: null, members: null, config: -1 },
      { op: 'sasl', token: 'x' },
      PING,
    );
    await world.until(() => client.outstanding === 0);
    expect(client.take()).toMatchObject([
      { error: -123 },
      { zxid: 0, error: 0, body: { token: null } },
      { error: 0 },
    ]);
  });

  test('in a multi the flags say what is made, and with flags that want a time to live it fails as a whole', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    const make = (type: 1 | 15 | 19 | 21, path: string, flags: number): Request => {
      const fields = { path, data: '', acl: OPEN, flags };
      return { op: 'create', type, ...fields, ...(type === 21 ? { ttl: 1000 } : {}) };
    };
    const all = [make(1, '/a', 0), make(15, '/b', 0), make(19, '/c', 0), make(21, '/d', 0)];
    client.isRaw = true;
    const typesOf = async (...operations: Request[]) => {
      const { length: before } = client.raw;
      client.send({ op: 'multi', operations });
      await world.until(() => client.raw.length > before);
      const reply = client.raw.subarray(before);
      return { error: reply.readInt32BE(16), body: reply.subarray(20) };
    };
    const plain = await typesOf(...all);
    expect([plain.error, plain.body.readInt32BE(0), plain.body.readInt32BE(15)]).toEqual([0, 1, 1]);
    expect((await typesOf(make(1, '/e', 4))).body.readInt32BE(0)).toBe(15);
    expect((await typesOf(make(21, '/f', 5))).body.readInt32BE(0)).toBe(15);
    expect(await typesOf(make(1, '/g', 0), make(1, '/h', 5))).toEqual({ error: -5, body: Buffer.alloc(0) });
    // An earlier failure comes first.
    const earlier = await typesOf(make(1, '/a', 0), make(1, '/h', 5));
    expect([earlier.error, earlier.body.readInt32BE(5)]).toEqual([0, -110]);
  });

  test.each([
    ['of writes: -5, and behind it an empty list of results', [create('/a')], 'fffffffbffffffff01ffffffff'],
    ['of reads and writes: -5 alone', [get('/'), create('/a')], 'fffffffb'],
  ])('a multiRead %s', async (_, operations, expected) => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.isRaw = true;
    client.send({ op: 'multi-read', operations });
    const { length: before } = client.raw;
    await world.until(() => client.raw.length > before);
    expect(client.raw.subarray(before + 16).toString('hex')).toBe(expected);
  });

  test('any bytes after the session began end in answers or a closed connection', async () => {
    const world = new World();
    const server = await world.start();
    const type = fc.oneof(fc.integer({ min: -12, max: 110 }), fc.integer());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(type, fc.uint8Array({ maxLength: 60 })), { maxLength: 5 }),
        async (sent) => {
          const client = await server.client();
          client.isRaw = true;
          const frames = sent.map(([one, body], index) => {
            const head = Buffer.alloc(8);
            head.writeInt32BE(index, 0);
            head.writeInt32BE(one, 4);
            return Buffer.concat([length(8 + body.length), head, body]);
          });
          client.write(Buffer.concat(frames));
          await world.pass(100);
          expect(server.errors).toEqual([]);
          client.drop();
        },
      ),
      { numRuns: 200 },
    );
    const after = await server.client();
    after.send(get('/'));
    await world.until(() => after.outstanding === 0);
  });

  test('any bytes before it, too', async () => {
    const world = new World();
    const server = await world.start();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        const client = server.open();
        client.isRaw = true;
        client.write(Buffer.from(bytes));
        await world.pass(50);
        expect(server.errors).toEqual([]);
        client.drop();
      }),
      { numRuns: 200 },
    );
  });
});

describe('clients that do not take part', () => {
  test('a connection that never speaks is closed, one with a session is not', async () => {
    const world = new World();
    const server = await world.start();
    const [silent, half] = [server.open(), server.open()];
    half.write(Buffer.from([0, 0]));
    const client = await server.client(60_000);
    await world.until(() => silent.isClosed && half.isClosed);
    expect(client.isClosed).toBe(false);
  });

  test('of one address there are no more connections than the setting says', async () => {
    const world = new World();
    const server = await world.start({ connectionsPerAddressMax: 2 });
    const open = [server.open('10.0.0.1'), server.open('10.0.0.1')];
    expect(server.open('10.0.0.1').isClosed).toBe(true);
    expect(server.warnings).toEqual([expect.stringContaining('10.0.0.1')]);
    expect(server.open('10.0.0.2').isClosed).toBe(false);
    open[0]?.drop();
    expect(server.open('10.0.0.1').isClosed).toBe(false);
  });

  test('one that does not take its answers is not read from until it does', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(create('/a', 'x'.repeat(100_000)));
    await world.until(() => client.outstanding === 0);
    client.isStuck = true;
    client.send(...Array.from({ length: 100 }, () => get('/a')));
    await world.until(() => client.isPaused);
    await world.pass(1000);
    expect(client.link.pendingBytes).toBeLessThan(1.3 * 1024 * 1024);
    client.drain();
    await world.until(() => client.outstanding === 0);
    expect(client.isPaused).toBe(false);
  });

  test('one that takes all at once has all its answers, although there is more than goes out in one turn', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    client.send(create('/a', 'x'.repeat(100_000)));
    client.send(...Array.from({ length: 100 }, () => get('/a')));
    await world.until(() => client.outstanding === 0);
    expect(client.isPaused).toBe(false);
  });

  test('one that does not take its events is cut off, and the others are not', async () => {
    const world = new World();
    const server = await world.start();
    const [stuck, client] = [await server.client(60_000), await server.client(60_000)];
    const path = `/${'p'.repeat(60_000)}`;
    client.send(create(path));
    stuck.send({ op: 'add-watch', path, kind: 0 });
    await world.until(() => client.outstanding === 0 && stuck.outstanding === 0);
    stuck.isStuck = true;
    let sent = 0;
    while (!stuck.isClosed && sent < 1000) {
      client.send(set(path, `${sent}`));
      await world.until(() => client.outstanding === 0);
      sent += 1;
    }
    expect(stuck.isClosed).toBe(true);
    expect(stuck.link.pendingBytes).toBeLessThan(34 * 1024 * 1024);
    expect(client.isClosed).toBe(false);
    expect(server.warnings).toEqual([expect.stringContaining('does not take what it is sent')]);
  });

  test('a read larger than the bound on what waits is answered all the same', async () => {
    const world = new World();
    const server = await world.start();
    const client = await server.client();
    for (let index = 0; index < 40; index += 1) client.send(create(`/${index}${'n'.repeat(30_000)}`));
    client.send(children('/'));
    await world.until(() => client.outstanding === 0);
    const reply = client.take().at(-1);
    expect(reply).toMatchObject({ error: 0 });
  });
});

describe('four-letter words', () => {
  test('the setting knows all of them', () => {
    expect(ZOOKEEPER_WORDS.toSorted()).toEqual(WORDS_KNOWN.toSorted());
  });

  const say = async (word: string, options = {}) => {
    const world = new World();
    const server = await world.start(options);
    const client = await server.client();
    client.send(create('/a', 'data'), get('/a', true));
    await world.until(() => client.outstanding === 0);
    const asking = server.open();
    asking.isRaw = true;
    asking.write(Buffer.from(word));
    await world.until(() => asking.isClosed);
    return asking.raw.toString();
  };

  test('are answered with true numbers, whatever comes behind the word', async () => {
    expect(await say('ruok\n')).toBe('imok');
    expect(await say('isro')).toBe('rw');
    expect(await say('srvr')).toMatch(
      /^Zookeeper version: 3\.8\.0[\w.-]*, built on [\d/]{10} [\d:]{5} GMT\nLatency min\/avg\/max: \d+\/[\d.]+\/\d+\nReceived: 3\nSent: 3\nConnections: 2\nOutstanding: 0\nZxid: 0x2\nMode: standalone\nNode count: 6\n$/,
    );
    expect(await say('wchs')).toBe('1 connections watching 1 paths\nTotal watches:1\n');
    const monitored = await say('mntr');
    for (const line of [
      'zk_znode_count\t6',
      'zk_watch_count\t1',
      'zk_ephemerals_count\t0',
      'zk_num_alive_connections\t2',
    ])
      expect(monitored.split('\n')).toContain(line);
    expect(await say('cons')).toMatch(
      /^ \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=3,sent=3,sid=0x[\da-f]+,lop=get-data,/,
    );
    expect(await say('stat')).toMatch(/\nClients:\n \/127/);
    expect(await say('conf')).toContain('\nminSessionTimeout=6000\n');
    expect(await say('envi')).toMatch(/^Environment:\nzookeeper\.version=3\.8\.0/);
  });

  test('one that is not allowed says so, an unknown one ends the connection', async () => {
    const allowed = { words: { allowed: new Set(['ruok']) } };
    expect(await say('ruok', allowed)).toBe('imok');
    expect(await say('srvr', allowed)).toBe('srvr is not executed because it is not in the whitelist.\n');
    expect(await say('wchp')).toBe('wchp is not executed because it is not in the whitelist.\n');
    expect(await say('what')).toBe('');
    expect(await say('GET / HTTP/1.1\r\n\r\n')).toBe('');
  });
});
