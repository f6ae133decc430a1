// Admits every program on this machine, and nothing else. A web page in a browser of this machine is not
// admitted.

import { isIP } from 'node:net';
import { type Admit, OPERATOR } from './principal.ts';

/**
 * A page can make a browser send requests here, also under a name of its own that it lets resolve to
 * 127.0.0.1 (DNS rebinding). The Host header and the browser's fetch metadata show it.
 */
export const admitLoopback: Admit = async ({ host, fromOtherSite }) => {
  if (!isLoopback(host)) {
    return { kind: 'forbidden', detail: 'without a token this server answers on its loopback address only' };
  }
  if (fromOtherSite) {
    return { kind: 'forbidden', detail: 'without a token this server answers no web site but its own' };
  }
  return { kind: 'admitted', principal: OPERATOR };
};

/** Every request of a client names the same host. */
let knownLoopback: string | undefined;

/** Whether a name or address, perhaps with a port, is of the loopback interface. */
export function isLoopback(host: string | undefined): boolean {
  if (host !== undefined && host === knownLoopback) return true;
  const loopback = isLoopbackName(host);
  if (loopback) knownLoopback = host;
  return loopback;
}

function isLoopbackName(host: string | undefined): boolean {
  const name = withoutPort(host ?? '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function withoutPort(host: string): string {
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(host)?.[1];
  if (bracketed !== undefined) return bracketed;
  // An address of version 6 may stand without brackets where there is no port.
  return isIP(host) === 6 ? host : host.replace(/:\d+$/, '');
}
