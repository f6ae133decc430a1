// From an append until each of many followers has it, over plain sockets.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { JSON_TYPE, requestBytes } from '../peers/http-wire.ts';
import { redisCommand } from '../peers/redis-wire.ts';

interface Follower {
  /** Told of all that comes. */
  onText(heard: (text: string) => void): void;
  close(): void;
}

/** Connects a follower of the stream, which has nothing yet, and one that appends to it. */
export interface Following {
  prepare(port: number, stream: string): Promise<void>;
  follow(port: number, stream: string): Promise<Follower>;
  append(port: number, stream: string): Promise<(text: string) => void>;
}

async function socketTo(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.setNoDelay(true);
  return socket;
}

const pathOf = (stream: string) => `/v1/stream/${stream}`;

/** Server-sent events, of Ordinal and of the reference server alike. */
export const overHttp: Following = {
  async prepare(port, stream) {
    const url = `http://127.0.0.1:${port}${pathOf(stream)}`;
    const created = await fetch(url, { method: 'PUT', headers: { 'content-type': JSON_TYPE } });
    if (!created.ok) throw new Error(`${url}: ${created.status}`);
  },
  async follow(port, stream) {
    const socket = await socketTo(port);
    socket.write(requestBytes(port, { method: 'GET', path: `${pathOf(stream)}?offset=-1&live=sse` }));
    await once(socket, 'data');
    return {
      onText: (heard) => void socket.on('data', (bytes: Buffer) => heard(bytes.toString('latin1'))),
      close: () => void socket.destroy(),
    };
  },
  async append(port, stream) {
    const socket = await socketTo(port);
    socket.resume();
    const asked = { method: 'POST', path: pathOf(stream), contentType: JSON_TYPE };
    return (text) => void socket.write(requestBytes(port, { ...asked, body: JSON.stringify(text) }));
  },
};

/** A blocking read of each follower, asked for again after every answer. */
export const overRedis: Following = {
  async prepare() {},
  async follow(port, stream) {
    const socket = await socketTo(port);
    const ask = (last: string) =>
      void socket.write(redisCommand('XREAD', 'BLOCK', '0', 'STREAMS', stream, last));
    ask('0-0');
    return {
      onText: (heard) =>
        void socket.on('data', (bytes: Buffer) => {
          const text = bytes.toString('latin1');
          const last = [...text.matchAll(/\d{10,}-\d+/g)].at(-1)?.[0];
          if (last !== undefined) ask(last);
          heard(text);
        }),
      close: () => void socket.destroy(),
    };
  },
  async append(port, stream) {
    const socket = await socketTo(port);
    socket.resume();
    return (text) => void socket.write(redisCommand('XADD', stream, '*', 'record', text));
  },
};

/** No more appends after this time. */
const SAMPLE_MS = 10_000;
/** A server that has not told all of them by then is not measured. */
const ALL_WITHIN_MS = 60_000;

/** The times in milliseconds until a follower had an append, of all followers and appends, ascending. */
export async function tailLatencies(
  following: Following,
  port: number,
  followers: number,
  appends: number,
): Promise<number[]> {
  const stream = `tail-${followers}-${Date.now().toString(36)}`;
  await following.prepare(port, stream);
  const all = await Promise.all(Array.from({ length: followers }, () => following.follow(port, stream)));
  const append = await following.append(port, stream);
  const waitsMs: number[] = [];
  let mark = '';
  let sentAt = 0;
  let missing = 0;
  let everyoneHasIt = (): void => undefined;
  for (const follower of all) {
    let had = '';
    let heard = '';
    follower.onText((text) => {
      // A mark may come in two parts.
      heard = heard.slice(-mark.length) + text;
      if (had === mark || !heard.includes(mark)) return;
      had = mark;
      waitsMs.push(performance.now() - sentAt);
      missing -= 1;
      if (missing === 0) everyoneHasIt();
    });
  }
  const startedAt = performance.now();
  for (let number = 0; number < appends && performance.now() - startedAt < SAMPLE_MS; number += 1) {
    const told = new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${missing} of ${followers} followers were not told`)),
        ALL_WITHIN_MS,
      );
      everyoneHasIt = () => {
        clearTimeout(late);
        resolve();
      };
    });
    mark = `mark-${number}-`;
    missing = followers;
    sentAt = performance.now();
    append(mark);
    await told;
  }
  for (const follower of all) follower.close();
  return waitsMs.toSorted((one, other) => one - other);
}
