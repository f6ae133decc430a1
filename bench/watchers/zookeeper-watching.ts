// Watches of ZooKeeper, a session each. Its events do not have the value, so a watcher reads the node when it
// is told of a change. A watch of a read is for one change, and the next read makes the next one. A
// persistent watch stays.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { SocketClient } from '../peers/socket-client.ts';
import {
  answerLength,
  connect,
  create,
  GET_DATA,
  int,
  message,
  REQUEST_NUMBER,
  SET_DATA,
  sized,
} from '../peers/zookeeper-wire.ts';
import type { Asked, Watching } from './watching.ts';

const ADD_WATCH = 106;
const PERSISTENT = 0;
/** The number under which events come. */
const EVENT = -1;

export function zooKeeperOneShot(asked: Asked): Promise<Watching> {
  const again = message(GET_DATA, sized(`/${asked.key}`), Buffer.from([1]));
  return begin(asked, again, again);
}

export function zooKeeperPersistent(asked: Asked): Promise<Watching> {
  const path = sized(`/${asked.key}`);
  const again = message(GET_DATA, path, Buffer.from([0]));
  return begin(asked, message(ADD_WATCH, path, int(PERSISTENT)), again);
}

/** @param first begins the watch @param again is sent at each event */
async function begin(
  { port, key, watchers, heard, mark }: Asked,
  first: Buffer,
  again: Buffer,
): Promise<Watching> {
  const path = `/${key}`;
  const wire = { prepare: () => [connect(), create(path)], answers: 1, answerLength };
  const unasked = () => {
    throw new Error('the writer sends its own requests');
  };
  const writer = await SocketClient.connect(port, { ...wire, request: unasked }, 0);
  const sockets: Socket[] = [];
  for (let watcher = 0; watcher < watchers; watcher += 1) {
    sockets.push(
      await openWatcher(port, { first, again, mark: () => mark.plain, heard: () => heard(watcher) }),
    );
  }
  return {
    put: (value) => writer.send(message(SET_DATA, sized(path), sized(value), int(-1))),
    close() {
      writer.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

interface Watcher {
  readonly first: Buffer;
  readonly again: Buffer;
  readonly mark: () => Buffer;
  readonly heard: () => void;
}

async function openWatcher(port: number, { first, again, mark, heard }: Watcher): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.setNoDelay(true);
  /** The opening of the session, and the first request. */
  let unanswered = 2;
  const begun = new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('ZooKeeper closed the connection')));
    onMessages(socket, (content) => {
      if (unanswered > 0) {
        unanswered -= 1;
        if (unanswered === 0) resolve();
        return;
      }
      const number = content.readInt32BE(0);
      if (number === EVENT) socket.write(again);
      else if (number === REQUEST_NUMBER && content.includes(mark())) heard();
    });
  });
  socket.write(Buffer.concat([connect(), first]));
  await begun;
  return socket;
}

/** Calls `take` with each message that comes. */
function onMessages(socket: Socket, take: (content: Buffer) => void): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (;;) {
      const length = received.length < 4 ? 0 : answerLength(received);
      if (length === 0) return;
      take(received.subarray(4, length));
      received = received.subarray(length);
    }
  });
}
