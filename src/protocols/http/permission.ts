// Permissions of a request, checked before a route does anything. The rules are in `access/`, the answers are
// here.

import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { Action, Admission, Principal, Resource } from '../../access/principal.ts';
import type { Quotas } from '../../access/quotas.ts';
import { unreachable } from '../../assert.ts';
import { problem, RequestProblem } from './problem.ts';

/** The data that a route gets beside the request. */
export interface Environment {
  Bindings: {
    readonly principal: Principal;
    readonly quotas?: Quotas | undefined;
    readonly requestId?: string | undefined;
  };
}

/** The answer to a request that is not admitted. */
export function denial(admitted: Exclude<Admission, { kind: 'admitted' }>): Response {
  switch (admitted.kind) {
    case 'unauthenticated': {
      const error = admitted.presented ? ', error="invalid_token"' : '';
      const headers = { 'www-authenticate': `Bearer realm="ordinal"${error}` };
      return problem('unauthenticated', admitted.detail, { headers });
    }
    case 'forbidden':
      return problem('forbidden', admitted.detail);
    case 'unavailable':
      return problem('unavailable', admitted.detail);
    default:
      return unreachable(admitted);
  }
}

/** @throws RequestProblem unless the sender has the permission. See `Principal.may`. */
export function permit(
  c: Context<Environment>,
  resource: Resource,
  action: Action,
  place: string,
  extent?: 'all-under',
): void {
  if (c.env.principal.may(resource, action, place, extent)) return;
  throw new RequestProblem('forbidden', `no scope allows to ${action} ${resource} at this place`);
}

/** The owner in whose name the request acts. @throws RequestProblem */
export function ownerFor({ subject }: Principal, asked: string | undefined): string {
  if (subject !== undefined && asked !== undefined && asked !== subject) {
    throw new RequestProblem('forbidden', 'a token acts for its own subject only; leave the owner out');
  }
  const owner = subject ?? asked;
  if (owner === undefined) throw new RequestProblem('invalid-request', 'the request needs an owner');
  return owner;
}

/** Subjects that do not trust each other share no idempotency keys. */
export function requestIdFor({ subject }: Principal, asked: string | undefined): string | undefined {
  if (subject === undefined || asked === undefined) return asked;
  return createHash('sha256').update(`${subject}\n${asked}`).digest('base64url');
}
