// The common parts of the routes of a namespace: its name, permission to read, and answers.

import type { Context } from 'hono';
import type { Resource } from '../../access/principal.ts';
import type { Behind, Failed, KeyReused, Positioned, Rejected } from '../../api/common.ts';
import type { Gone, LeaseNotFound } from '../../api/keys.ts';
import { unreachable } from '../../assert.ts';
import { answer, jsonAnswer } from './answer.ts';
import { validate } from './body.ts';
import { type Environment, permit, requestIdFor } from './permission.ts';
import {
  type ProblemCode,
  type ProblemExtras,
  problem,
  problemOfFailure,
  problemOfRejection,
} from './problem.ts';
import { namespaceName, requestId } from './schemas.ts';

export type Asked = Context<Environment>;

/** @throws RequestProblem */
export function namespaceIn(c: Asked): string {
  const namespace = c.req.param('namespace');
  return namespace === undefined ? 'default' : validate(namespaceName, namespace, 'the namespace');
}

/** @throws RequestProblem */
export function permitReading(
  c: Asked,
  resource: Resource,
  asked: Readonly<Record<string, string>>,
  place: string,
  extent?: 'all-under',
): void {
  permit(c, resource, 'read', place, extent);
  // A sequenced read appends a marker.
  if (asked['consistency'] === 'sequenced') permit(c, resource, 'write', place, extent);
}

/** The idempotency key of the request. @throws RequestProblem */
export function idempotencyKeyIn(c: Asked): string | undefined {
  const asked = validate(requestId, c.req.header('idempotency-key'), 'Idempotency-Key');
  return requestIdFor(c.env.principal, asked);
}

/** Every outcome that all routes of a namespace translate alike. */
export type Unfinished = Behind | KeyReused | LeaseNotFound | Gone | Rejected | Failed;

export function unfinished(outcome: Unfinished): Response {
  switch (outcome.kind) {
    case 'idempotency-key-reused':
      return problemAt(outcome.kind, outcome.message, outcome);
    case 'lease-not-found':
      return problemAt(outcome.kind, 'the lease has ended, or never was', outcome);
    case 'gone':
      return problem('gone', `what was before position ${outcome.earliest} is no longer known`, {
        headers: positionHeader(outcome.earliest),
        members: { earliest: outcome.earliest },
      });
    case 'rejected':
      return problemOfRejection(outcome);
    case 'behind':
      return problemAt(
        'position-not-reached',
        `nothing has been written after position ${outcome.position} so far`,
        outcome,
      );
    case 'failed':
      return problemOfFailure(outcome);
    default:
      return unreachable(outcome);
  }
}

export function problemAt(
  code: ProblemCode,
  detail: string,
  { position }: Positioned,
  members: ProblemExtras['members'] = {},
): Response {
  return problem(code, detail, { headers: positionHeader(position), members });
}

export function positioned(
  body: unknown,
  position: number,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return jsonAnswer(status, { 'cache-control': 'no-store', ...positionHeader(position), ...headers }, body);
}

export function noContent({ position }: Positioned): Response {
  return answer(204, positionHeader(position));
}

export function positionHeader(position: number): Record<string, string> {
  return { 'ordinal-position': String(position) };
}
