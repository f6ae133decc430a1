// Watches over HTTP/1.1, a connection each: server-sent events of Ordinal, and etcd's JSON gateway.

import type { Socket } from 'node:net';
import { base64, type Asked as HttpAsked, httpWire, JSON_TYPE, requestBytes } from '../peers/http-wire.ts';
import { SocketClient } from '../peers/socket-client.ts';
import { openStream } from './stream-socket.ts';
import type { Asked, Watching } from './watching.ts';

export function ordinalEvents(asked: Asked): Promise<Watching> {
  const { key } = asked;
  return begin(asked, {
    watch: { method: 'GET', path: `/v1/watch?prefix=${key}`, accept: 'text/event-stream' },
    begun: 'event: progress',
    mark: () => asked.mark.plain,
    put: (value) => ({ method: 'PUT', path: `/v1/keys/${key}`, body: value }),
  });
}

export function etcdGatewayWatch(asked: Asked): Promise<Watching> {
  const key = base64(asked.key);
  return begin(asked, {
    watch: {
      method: 'POST',
      path: '/v3/watch',
      contentType: JSON_TYPE,
      body: JSON.stringify({ create_request: { key } }),
    },
    begun: '"created":true',
    mark: () => asked.mark.base64,
    put: (value) => ({
      method: 'POST',
      path: '/v3/kv/put',
      contentType: JSON_TYPE,
      body: JSON.stringify({ key, value: base64(value) }),
    }),
  });
}

interface Protocol {
  readonly watch: HttpAsked;
  /** What the beginning of a watch's answer has. */
  readonly begun: string;
  readonly mark: () => Buffer;
  readonly put: (value: string) => HttpAsked;
}

async function begin(
  { port, watchers, heard }: Asked,
  { watch, begun, mark, put }: Protocol,
): Promise<Watching> {
  const request = requestBytes(port, watch);
  const sockets: Socket[] = [];
  for (let watcher = 0; watcher < watchers; watcher += 1)
    sockets.push(await openStream(port, request, begun, mark, () => heard(watcher)));
  const unasked = () => {
    throw new Error('the writer sends its own requests');
  };
  const writer = await SocketClient.connect(port, httpWire(port, [], unasked), 0);
  return {
    put: (value) => writer.send(requestBytes(port, put(value))),
    close() {
      writer.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
