// The common parts of the routes of leases, locks, elections, groups and sequences.

import type { Action, Resource } from '../../access/principal.ts';
import type { LeaseOrTtl } from '../../api/leases.ts';
import type { Namespace } from '../../service/namespace.ts';
import type { Service } from '../../service/service.ts';
import { validate } from './body.ts';
import { type Asked, namespaceIn, permitReading } from './in-namespace.ts';
import { bytesOf, valueJson } from './json-value.ts';
import { firstOf } from './live-end.ts';
import { permit } from './permission.ts';
import { RequestProblem } from './problem.ts';
import { readQuery } from './schemas.ts';

/** How long a request may wait; see `AppOptions`. */
export interface LiveOptions {
  readonly longPollMs: number;
  readonly eventStreamMs: number;
  /** Aborts when the server shuts down. */
  readonly closing: AbortSignal;
}

/** The target of a permitted request. */
export interface Place {
  readonly namespace: Namespace;
  /** The name of the lock, the election, the group, the sequence or the lease. */
  readonly name: string;
  /** The path for permissions. */
  readonly place: string;
}

/** @throws RequestProblem unless the sender may write there, or read */
export function placeOf(c: Asked, service: Service, resource: Resource, action: Action): Place {
  const namespace = namespaceIn(c);
  const name = c.req.param('name') ?? '';
  const place = `${namespace}:${name}`;
  if (action === 'write') permit(c, resource, 'write', place);
  else permitReading(c, resource, c.req.query(), place);
  return { namespace: service.namespace(namespace), name, place };
}

/** The options of a read. @throws RequestProblem */
export function readOptions(c: Asked) {
  return validate(readQuery, c.req.query(), 'the query');
}

/** To name a lease is to write to it: it gets keys, or loses them. @throws RequestProblem */
export function permitLease(c: Asked, lease: string | undefined): void {
  if (lease !== undefined) permit(c, 'leases', 'write', `${namespaceIn(c)}:${lease}`);
}

/** @throws RequestProblem */
export function leaseOrTtl(
  c: Asked,
  { lease, ttlMs }: { lease?: string | undefined; ttlMs?: number | undefined },
): LeaseOrTtl {
  permitLease(c, lease);
  if (ttlMs !== undefined) return { lease, ttlMs };
  if (lease === undefined) throw new RequestProblem('invalid-request', 'the request needs a lease, or ttlMs');
  return { lease };
}

/** Waits no longer than this server waits, nor than the client and the server are there. */
export async function waiting<T>(
  c: Asked,
  { closing, longPollMs }: LiveOptions,
  waitMs: number,
  wait: (bounds: { readonly waitMs: number; readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const end = firstOf([c.req.raw.signal, closing], undefined);
  try {
    // A server that does not wait gives the client its place in the queue, too.
    const boundMs = waitMs === 0 ? 0 : Math.max(1, Math.min(waitMs, longPollMs));
    return await wait({ waitMs: boundMs, signal: end.signal });
  } finally {
    end.release();
  }
}

/** Optional bytes: text, or base64. @throws RequestProblem */
export function optionalBytes(
  text: string | undefined,
  base64: string | undefined,
  where: string,
): string | Uint8Array | undefined {
  if (text !== undefined && base64 !== undefined)
    throw new RequestProblem('invalid-request', `${where}: either text or base64`);
  return text ?? (base64 === undefined ? undefined : bytesOf(base64, where));
}

export function metadataJson(bytes: Uint8Array): { metadata?: string; metadataBase64?: string } {
  const { value, valueBase64 } = valueJson(bytes);
  return {
    ...(value === undefined ? {} : { metadata: value }),
    ...(valueBase64 === undefined ? {} : { metadataBase64: valueBase64 }),
  };
}
