// Requests that tests make often.

import type { Acl, Request } from '../../support/zookeeper/requests.ts';

export const OPEN: Acl = [{ permissions: 31, scheme: 'world', id: 'anyone' }];

export function create(path: string, data = '', options: { flags?: number; acl?: Acl } = {}): Request {
  return { op: 'create', type: 1, path, data, acl: options.acl ?? OPEN, flags: options.flags ?? 0 };
}

export const EPHEMERAL = 1;

export function set(path: string, data: string, version = -1): Request {
  return { op: 'set-data', path, data, version };
}

export function get(path: string, watch = false): Request {
  return { op: 'get-data', path, watch };
}

export function exists(path: string, watch = false): Request {
  return { op: 'exists', path, watch };
}

export function children(path: string, watch = false): Request {
  return { op: 'get-children', path, watch };
}

export function remove(path: string): Request {
  return { op: 'delete', path, version: -1 };
}

export function sync(path = '/'): Request {
  return { op: 'sync', path };
}

export const PING: Request = { op: 'ping' };
export const CLOSE: Request = { op: 'close-session' };
