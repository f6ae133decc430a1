// An endpoint of Lambda's own API, with one function that hands its events to a server. It speaks what
// `InvokeWithResponseStream` speaks: messages of the event stream encoding.

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { functionEvent, requestOf } from '../../src/lambda/event.ts';

export interface LambdaEndpoint {
  readonly endpoint: string;
  /** The names of the functions that were invoked. */
  readonly invoked: readonly string[];
  stop(): Promise<void>;
}

export async function startLambda(name: string, serverUrl: string): Promise<LambdaEndpoint> {
  const invoked: string[] = [];
  const server = createServer(async (request, response) => {
    const [, asked = ''] =
      /\/functions\/([^/]+)\/response-streaming-invocations$/.exec(request.url ?? '') ?? [];
    invoked.push(asked);
    if (asked !== name) {
      response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' });
      response.end(JSON.stringify({ Message: 'Function not found' }));
      return;
    }
    const answer = await answerOf(await bodyOf(request), serverUrl);
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.end(Buffer.concat([message('PayloadChunk', answer), message('InvokeComplete', '{}')]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoked,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As a function that cannot stream answers. */
async function answerOf(payload: string, serverUrl: string): Promise<string> {
  const request = requestOf(functionEvent.parse(JSON.parse(payload)));
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  const body = new Uint8Array(await request.arrayBuffer());
  const answer = await fetch(new URL(pathname + search, serverUrl), {
    method,
    headers,
    ...(body.length > 0 ? { body } : {}),
  });
  return JSON.stringify({
    statusCode: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Buffer.from(await answer.arrayBuffer()).toString('base64'),
    isBase64Encoded: true,
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const TEXT = 7;
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/** Lengths and a checksum, headers, the payload, and a checksum of them all. */
function message(type: string, payload: string): Buffer {
  const headers = Buffer.concat([
    header(':message-type', 'event'),
    header(':event-type', type),
    header(':content-type', 'application/octet-stream'),
  ]);
  const body = Buffer.from(payload);
  const lengths = Buffer.concat([
    uint32(PRELUDE_BYTES + headers.length + body.length + CRC_BYTES),
    uint32(headers.length),
  ]);
  const checked = Buffer.concat([lengths, uint32(crc32(lengths)), headers, body]);
  return Buffer.concat([checked, uint32(crc32(checked))]);
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT]),
    length,
    Buffer.from(value),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const POLYNOMIAL = 0xedb88320;

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  return crc ^ 0xffffffff;
}
