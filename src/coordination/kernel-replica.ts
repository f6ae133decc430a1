// A replica that runs the kernel, and how a command is submitted to it.

import type { Replica } from '../replica/replica.ts';
import type { SubmitResult } from '../replica/results.ts';
import { faultIn } from '../state-machine/kernel/check-command.ts';
import type { Command } from '../state-machine/kernel/command.ts';
import { encodeCommand } from '../state-machine/kernel/command-codec.ts';
import type { Change } from '../state-machine/kernel/entry.ts';
import { fingerprintOf } from '../state-machine/kernel/fingerprint.ts';
import type { CommandResult } from '../state-machine/kernel/result.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';

export type KernelReplica = Replica<KernelState, Command, CommandResult, Change>;

/** The request is against the limits. Nothing was sent. */
export interface InvalidRequest {
  readonly kind: 'invalid';
  readonly reason: string;
}

/** Submits the command, if it is within the limits. @throws ReplicaStoppedError */
export async function transact(
  replica: KernelReplica,
  command: Command,
): Promise<SubmitResult<CommandResult> | InvalidRequest> {
  const reason = faultIn(command);
  if (reason !== undefined) return { kind: 'invalid', reason };
  const submitted = await replica.submit(command);
  return submitted.kind === 'failed' ? (remembered(replica, command) ?? submitted) : submitted;
}

/**
 * What the state remembers of this very command. Its own answer may be lost when the state has jumped to a
 * snapshot.
 */
function remembered(replica: KernelReplica, command: Command): SubmitResult<CommandResult> | undefined {
  if (command.kind !== 'transaction' || command.requestId === undefined) return undefined;
  const { requestId } = command;
  const request = replica.glance((state) => state.requests.get(requestId));
  if (request?.fingerprint !== fingerprintOf(encodeCommand(command))) return undefined;
  return { kind: 'done', position: request.result.position, result: request.result };
}
