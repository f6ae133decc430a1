// From the first message of a connection to its session.

import { type Clock, type Moment, momentOf, type Random } from '../../clock.ts';
import type { TreeReplica } from './replica.ts';
import { sessionOf } from './tree/sessions.ts';
import { type ConnectRequest, PASSWORD_BYTES } from './wire/connect.ts';

interface Attached {
  readonly kind: 'attached';
  readonly id: bigint;
  readonly attachedAt: number;
  readonly timeoutMs: number;
  readonly password: Uint8Array<ArrayBuffer>;
  /** When the command was sent that has attached it. */
  readonly provenAt: Moment;
}

export type AttachResult =
  | Attached
  /** There is no such session, or its password is another one. */
  | { readonly kind: 'expired' }
  /** The client has seen more than there is here, or the store does not answer, or somebody was quicker. */
  | { readonly kind: 'failed' };

export interface AttachOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timeoutsMs: { readonly least: number; readonly most: number };
}

type Outcome = Omit<Attached, 'provenAt'> | Exclude<AttachResult, Attached>;

const FAILED = { kind: 'failed' } as const;

/** Creates a session, or attaches the one that the client has, so that every other connection loses it. */
export async function attach(
  replica: TreeReplica,
  request: ConnectRequest,
  { clock, random, timeoutsMs: { least, most } }: AttachOptions,
): Promise<AttachResult> {
  // A client must not go back in time.
  const after = request.lastZxidSeen;
  const seen = await replica.read(() => undefined, { consistency: 'local', after });
  if (seen.kind !== 'read') return FAILED;
  const timeoutMs = Math.min(most, Math.max(least, request.timeoutMs));
  const provenAt = momentOf(clock);
  const attached =
    request.session === 0n
      ? await createSession(replica, random, timeoutMs)
      : await attachSession(replica, request, timeoutMs);
  if (attached.kind !== 'attached') return attached;
  // Another connection may have taken it since.
  const isStill = replica.glance(
    (state) => sessionOf(state, attached.id)?.attachedAt === attached.attachedAt,
  );
  return isStill ? { ...attached, provenAt } : FAILED;
}

async function createSession(replica: TreeReplica, random: Random, timeoutMs: number): Promise<Outcome> {
  for (;;) {
    const id = newSessionId(random);
    const password = new Uint8Array(random.bytes(PASSWORD_BYTES));
    const submitted = await replica.submit({ kind: 'create-session', session: id, password, timeoutMs });
    if (submitted.kind === 'failed') return FAILED;
    const attachedAt = submitted.position;
    if (submitted.result.kind === 'session') return { kind: 'attached', id, attachedAt, timeoutMs, password };
  }
}

async function attachSession(
  replica: TreeReplica,
  request: ConnectRequest,
  timeoutMs: number,
): Promise<Outcome> {
  const { session: id } = request;
  const password = new Uint8Array(request.password);
  const submitted = await replica.submit({ kind: 'attach-session', session: id, password, timeoutMs });
  if (submitted.kind === 'failed') return FAILED;
  if (submitted.result.kind !== 'session') return { kind: 'expired' };
  return { kind: 'attached', id, attachedAt: submitted.position, timeoutMs, password };
}

const FIRST_BYTE_MAX = 0x7e;

/** Above 0, and none of the numbers by which ZooKeeper marks containers and times to live. */
function newSessionId(random: Random): bigint {
  const bytes = Buffer.from(random.bytes(8));
  bytes[0] = 1 + ((bytes[0] ?? 0) % FIRST_BYTE_MAX);
  return bytes.readBigInt64BE(0);
}
