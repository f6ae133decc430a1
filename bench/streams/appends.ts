// Appends a second: clients in closed loops, on plain sockets or on a client library.

import { DurableStream } from '@durable-streams/client';
import { connect } from '../../src/client.ts';
import { MANY, ordinalAppend, ordinalAppendMany } from '../peers/http-wire.ts';
import { redisAppend, redisAppendMany } from '../peers/redis-wire.ts';
import { SocketClient } from '../peers/socket-client.ts';
import { RECORD_TEXT, type Wire } from '../peers/wire.ts';

/** Connects so many clients. What it answers appends for one of them, and ends them all. */
export type OpenAppenders = (
  port: number,
  clients: number,
) => Promise<{ append: (client: number, index: number) => Promise<unknown>; close: () => Promise<void> }>;

function onSockets(wireOf: (port: number) => Wire): OpenAppenders {
  return async (port, clients) => {
    const wire = wireOf(port);
    const all: SocketClient[] = [];
    // One after the other: what the first prepares is there for the others.
    for (let client = 0; client < clients; client += 1)
      all.push(await SocketClient.connect(port, wire, client));
    return {
      append: async (client, index) => all[client]?.send(wire.request(client, index)),
      close: async () => {
        for (const one of all) one.close();
      },
    };
  };
}

const VALUE = JSON.stringify(RECORD_TEXT.slice(2));

/** All clients are callers of one object, which batches by itself. */
const withOrdinalClient: OpenAppenders = async (port) => {
  const ordinal = connect(`http://127.0.0.1:${port}`);
  const stream = ordinal.stream('with-client');
  await stream.create();
  return {
    async append() {
      const appended = await stream.append(VALUE);
      if (appended.kind !== 'appended') throw new Error(JSON.stringify(appended));
    },
    close: () => ordinal.close(),
  };
};

/** The stock client, which batches by itself, too, but says no position. */
const withStockClient: OpenAppenders = async (port) => {
  const url = `http://127.0.0.1:${port}/v1/stream/with-stock-client`;
  const stream = await DurableStream.create({ url, contentType: 'application/json' });
  return { append: () => stream.append(VALUE), close: async () => undefined };
};

/** By who sends: to Ordinal and to the reference server, and to Redis where that can. */
export const APPENDS: Readonly<
  Record<string, { http: OpenAppenders; redis?: OpenAppenders; records: number }>
> = {
  'one record a request': { http: onSockets(ordinalAppend), redis: onSockets(redisAppend), records: 1 },
  [`${MANY} records a request`]: {
    http: onSockets(ordinalAppendMany),
    redis: onSockets(redisAppendMany),
    records: MANY,
  },
  'the stock client': { http: withStockClient, records: 1 },
};

export const OWN_CLIENT = { http: withOrdinalClient, records: 1 };

/** How many appends a second they make. What is timed begins when each has made one. */
export async function appendsPerSecond(
  open: OpenAppenders,
  port: number,
  clients: number,
  sliceMs: number,
): Promise<number> {
  const { append, close } = await open(port, clients);
  let appended = 0;
  let isOver = false;
  const loop = async (client: number) => {
    for (let index = 1; !isOver; index += 1) {
      await append(client, index);
      appended += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => append(client, 0)));
  const startedAt = performance.now();
  const loops = Promise.all(Array.from({ length: clients }, (_, client) => loop(client)));
  await Promise.race([loops, new Promise((resolve) => setTimeout(resolve, sliceMs))]);
  const perSecond = (appended * 1000) / (performance.now() - startedAt);
  isOver = true;
  await loops;
  await close();
  return perSecond;
}
