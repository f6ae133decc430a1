// Open to everybody on this machine, and to nobody else: web pages that its browser happens to show are somebody else.

import { isIP } from 'node:net';
import { type Admit, OPERATOR } from './principal.ts';

/**
 * A page can make a browser send requests here, also under a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding).
 * Browsers say so in `Host` and `Origin`.
 */
export const admitLoopback: Admit = async (request) => {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  if (!isLoopback(host)) {
    return { kind: 'forbidden', detail: 'without a token this server answers on its loopback address only' };
  }
  if (!ofThisServer(request.headers, host)) {
    return { kind: 'forbidden', detail: 'without a token this server answers no web site but its own' };
  }
  return { kind: 'admitted', principal: OPERATOR };
};

const OTHER_SITES = ['cross-site', 'same-site'];

/**
 * A page of any other origin is somebody else, also one that another server of this machine has sent. An image of another site comes
 * without `Origin`, but no browser hides where it comes from.
 */
function ofThisServer(headers: Headers, host: string): boolean {
  const origin = headers.get('origin');
  // There is no TLS on the loopback, so a page of this server has this scheme.
  if (origin !== null) return origin === `http://${host.toLowerCase()}`;
  return !OTHER_SITES.includes(headers.get('sec-fetch-site') ?? '');
}

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
