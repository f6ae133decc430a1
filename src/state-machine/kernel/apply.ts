// The effect of a command. No clock, no randomness, no input or output: the same commands in the same order
// lead to the same state and the same results everywhere.

import { assert, unreachable } from '../../assert.ts';
import type { Applied, At } from '../state-machine.ts';
import { faultIn } from './check-command.ts';
import type { Command, Compact, Expire, Renew, Transaction } from './command.ts';
import { encodeCommand } from './command-codec.ts';
import type { Change } from './entry.ts';
import { decide } from './evaluate.ts';
import { fingerprintOf } from './fingerprint.ts';
import { carryOutAll } from './operations.ts';
import type { CommandResult, RememberedResult } from './result.ts';
import { isRememberable } from './result-size.ts';
import type { KernelState } from './state.ts';
import { Step } from './step.ts';

/** Brings `state` forward to `at`, and answers the command's result and its changes. */
export function apply(state: KernelState, at: At, command: Command): Applied<CommandResult, Change> {
  const { position } = at;
  assert(position > state.position, `position ${position} after ${state.position}`);
  state.position = position;
  const reason = faultIn(command);
  if (reason !== undefined) return { result: { kind: 'invalid', position, reason }, changes: [] };
  const step = new Step(state, at);
  const result = carryOut(step, command);
  return { result, changes: step.changes };
}

function carryOut(step: Step, command: Command): CommandResult {
  switch (command.kind) {
    case 'transaction':
      return transactOnce(step, command);
    case 'renew':
      return renew(step, command);
    case 'expire':
      return expire(step, command);
    case 'compact':
      return compact(step, command);
    default:
      return unreachable(command);
  }
}

function transactOnce(step: Step, command: Transaction): CommandResult {
  const { requestId } = command;
  if (requestId === undefined) return transact(step, command);
  const { requests } = step.state;
  const fingerprint = fingerprintOf(encodeCommand(command));
  const earlier = requests.get(requestId);
  if (earlier && earlier.fingerprint !== fingerprint) {
    return {
      kind: 'request-id-reused',
      position: step.at.position,
      earlier: earlier.result.position,
    };
  }
  if (earlier) return earlier.result;
  const result = transact(step, command);
  requests.remember(requestId, { fingerprint, result: rememberable(result) });
  return result;
}

function transact(step: Step, command: Transaction): RememberedResult {
  const { position } = step.at;
  const result = carryOutAll(step, command, decide(step.state, command));
  if ('kind' in result) {
    step.undo();
    return { ...result, position };
  }
  step.finish();
  return { kind: 'transaction', position, revision: step.state.revision, ...result };
}

function rememberable(result: RememberedResult): RememberedResult {
  if (result.kind === 'refused' || isRememberable(result)) return result;
  return { ...result, results: [], forgotten: true };
}

function renew(step: Step, command: Renew): CommandResult {
  const { position, timeMs } = step.at;
  const ttlsMs = command.leases.map((id) => {
    const lease = step.state.lease(id);
    if (!lease) return undefined;
    // A renewal that was long on its way must not make the lease end earlier.
    const renewedAtMs = Math.max(lease.renewedAtMs, timeMs);
    step.putLease({ ...lease, renewedAtMs, renewedAt: position });
    return lease.ttlMs;
  });
  return { kind: 'renewed', position, ttlsMs };
}

function expire(step: Step, command: Expire): CommandResult {
  const leases: string[] = [];
  for (const { lease: id, renewedAt } of command.leases) {
    const lease = step.state.lease(id);
    if (!lease || lease.renewedAt !== renewedAt) continue;
    step.endLease(lease);
    leases.push(id);
  }
  step.finish();
  return { kind: 'expired', position: step.at.position, revision: step.state.revision, leases };
}

function compact({ state, at }: Step, { position: to }: Compact): CommandResult {
  const { position } = at;
  if (to <= state.compacted) return { kind: 'refused', position, reason: 'compacted', path: '' };
  if (to >= position) return { kind: 'refused', position, reason: 'future', path: '' };
  state.compacted = to;
  return { kind: 'compacted', position, compacted: to };
}
