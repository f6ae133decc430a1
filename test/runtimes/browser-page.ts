// A page and the API on one origin, as a proxy in front of a server gives them to a browser.

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Page {
  readonly url: string;
  /** What the code of the page has sent to `/outcome`. */
  readonly outcome: Promise<unknown>;
  close(): Promise<void>;
}

/** Serves a page that runs `code`, and hands requests to the API on to `api`. */
export async function serveToBrowser(code: string, api: string): Promise<Page> {
  let tell: (outcome: unknown) => void = () => {};
  const outcome = new Promise<unknown>((resolve) => {
    tell = resolve;
  });
  const server = createServer(async (incoming, answer) => {
    if (incoming.url?.startsWith('/v1/')) return handOn(incoming, answer, api);
    if (incoming.url === '/outcome') tell(JSON.parse(await text(incoming)));
    const isCode = incoming.url === '/page.js';
    answer.setHeader('content-type', isCode ? 'text/javascript' : 'text/html');
    answer.end(isCode ? code : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    outcome,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function handOn(incoming: IncomingMessage, answer: ServerResponse, api: string): void {
  const { method = 'GET', headers, url = '/' } = incoming;
  const outgoing = request(new URL(url, api), { method, headers }, (from) => {
    answer.writeHead(from.statusCode ?? 502, from.headers);
    from.pipe(answer);
  });
  // The page may leave while a watch goes on.
  answer.on('close', () => outgoing.destroy());
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
}
