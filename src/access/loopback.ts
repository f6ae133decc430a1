// Open to everybody on this machine, and to nobody else: web pages that its browser happens to show are somebody else.

import { isIP } from 'node:net';
import { type Admit, OPERATOR } from './principal.ts';

/**
 * A page can make a browser send requests here, also under a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding).
 * Browsers say so in `Host` and `Origin`.
 */
export const admitLoopback: Admit = async (request) => {
  const host = request.headers.get('host');
  if (!isLoopback(host ?? new URL(request.url).host)) {
    return { kind: 'forbidden', detail: 'without a token this server answers on its loopback address only' };
  }
  const origin = request.headers.get('origin');
  if (origin !== null && !isLoopback(hostOf(origin))) {
    return { kind: 'forbidden', detail: 'without a token this server answers no other web site' };
  }
  return { kind: 'admitted', principal: OPERATOR };
};

/** Whether a name or address, perhaps with a port, is of the loopback interface. */
export function isLoopback(host: string | undefined): boolean {
  const name = (host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
