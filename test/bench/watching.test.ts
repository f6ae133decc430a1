// Goal: the load generator of watches counts each delivery once, when it is whole. Method: a server that cuts
// what it sends at every byte, and responses of etcd as bytes.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { headOf } from '../../bench/watchers/grpc-watching.ts';
import { openStream } from '../../bench/watchers/stream-socket.ts';
import { Mark } from '../../bench/watchers/watching.ts';

test.each(['plain', 'base64'] as const)('a mark that is cut is found once: %s', async (encoding) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const connected = once(server, 'connection').then(([socket]: Socket[]) => {
    socket?.setNoDelay(true).write('HTTP/1.1 200 OK\r\n\r\nbegun');
    return socket;
  });
  const mark = new Mark();
  let heard = 0;
  const watcher = await openStream(
    port,
    Buffer.from('GET'),
    'begun',
    () => mark[encoding],
    () => {
      heard += 1;
    },
  );
  const sender = await connected;
  const written = (part: string) => new Promise<void>((resolve) => sender?.write(part, () => resolve()));
  let sent = 0;
  for (let cut = 0; cut <= mark[encoding].length; cut += 1) {
    const value = mark.next();
    const text = `event ${encoding === 'plain' ? value : Buffer.from(value).toString('base64')}`;
    const at = 'event '.length + cut;
    for (const part of [text.slice(0, at), text.slice(at)]) {
      const arrived = part === '' ? undefined : once(watcher, 'data');
      await written(part);
      await arrived;
    }
    sent += 1;
    expect(heard).toBe(sent);
  }
  watcher.destroy();
  sender?.destroy();
  server.close();
});

test('no two values have one mark, and base64 of a mark begins base64 of its value', () => {
  const mark = new Mark();
  const seen = new Set<string>();
  for (let count = 0; count < 1000; count += 1) {
    const value = mark.next();
    seen.add(String(mark.plain));
    expect(value.startsWith(String(mark.plain))).toBe(true);
    expect(Buffer.from(value).toString('base64').startsWith(String(mark.base64))).toBe(true);
  }
  expect(seen.size).toBe(1000);
});

test('a server that closes the connection before a watch begins is an error', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 500 Internal Server Error\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const opened = openStream(
    port,
    Buffer.from('GET'),
    'begun',
    () => Buffer.from('mark'),
    () => undefined,
  );
  await expect(opened).rejects.toThrow(/closed the connection after HTTP\/1\.1 500/);
  server.close();
});

/** Fields of a WatchResponse: its header, the number of the watch, created, events. */
const HEADER = [0x0a, 0x02, 0x18, 0x05];
const WATCH_300 = [0x10, 0xac, 0x02];
const IS_CREATED = [0x18, 0x01];
const EVENTS = [0x5a, 0x03, 0x10, 0x18, 0x01];

test.each([
  ['the first watch, which is not written', [...HEADER, ...EVENTS], { watchId: 0, isCreated: false }],
  ['a later watch', [...HEADER, ...WATCH_300, ...EVENTS], { watchId: 300, isCreated: false }],
  ['a watch that begins', [...HEADER, ...WATCH_300, ...IS_CREATED], { watchId: 300, isCreated: true }],
  ['bytes of an event that look like fields', EVENTS, { watchId: 0, isCreated: false }],
])("etcd's response for %s", (_what, bytes, expected) => {
  expect(headOf(Buffer.from(bytes))).toEqual(expected);
});
