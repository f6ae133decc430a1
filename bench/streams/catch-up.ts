// Megabytes a second of one reader that reads a stream from its beginning.

import { Agent, get, type IncomingMessage } from 'node:http';

const RECORD_BYTES = 32 * 1024;
const OCTETS = 'application/octet-stream';

/** Makes a stream of so many bytes. */
export async function fill(port: number, bytes: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/v1/stream/catch-up`;
  const headers = { 'content-type': OCTETS };
  const created = await fetch(url, { method: 'PUT', headers });
  if (!created.ok) throw new Error(`${url}: ${created.status}`);
  const body = Buffer.alloc(RECORD_BYTES, 'x');
  for (let sent = 0; sent < bytes; sent += RECORD_BYTES) {
    const appended = await fetch(url, { method: 'POST', headers, body });
    if (!appended.ok) throw new Error(`${url}: ${appended.status}`);
  }
}

/** Reads to the end, or so many bytes from a source that has none. */
export async function megabytesPerSecond(port: number, bytes: number): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let offset = '-1';
  let read = 0;
  const startedAt = performance.now();
  for (let isOver = false; !isOver; ) {
    const answer = await asked(agent, port, offset);
    for await (const chunk of answer) read += (chunk as Buffer).length;
    offset = String(answer.headers['stream-next-offset'] ?? offset);
    isOver = read >= bytes || 'stream-up-to-date' in answer.headers;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  if (read < bytes) throw new Error(`only ${read} of ${bytes} bytes were there`);
  return read / 1e6 / seconds;
}

function asked(agent: Agent, port: number, offset: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `/v1/stream/catch-up?offset=${offset}`;
    get({ agent, port, host: '127.0.0.1', path }, resolve).on('error', reject);
  });
}
