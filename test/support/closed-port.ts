// A port for a server that a command starts, which cannot tell the one that it has taken.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await once(server.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('a socket has a port');
  return address.port;
}
