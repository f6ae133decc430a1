// Begins to listen, and says why that cannot be.

import { once } from 'node:events';
import type { Server } from 'node:net';
import { messageOf, StartupError } from './startup-error.ts';

export interface Place {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The flag that chooses the port, for those who must choose another one. */
  readonly flag: string;
}

/** @throws StartupError when the port cannot be had */
export async function listen(server: Server, { host, port, flag }: Place): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const reason = taken ? `it is in use; choose another with ${flag}` : messageOf(cause);
    throw new StartupError(`cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
}
