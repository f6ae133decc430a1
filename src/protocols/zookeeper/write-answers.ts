// Requests that write: the commands that they become, and the answers that come of those.

import type { Entry } from './request-queue.ts';
import type { Command, InOrder } from './tree/command.ts';
import { ErrorCode } from './tree/error-code.ts';
import type { CommandResult } from './tree/result.ts';
import type { MultiWrite } from './wire/multi.ts';
import { writeMultiEnd, writeMultiError, writeMultiResult, writeResult } from './wire/reply.ts';
import type { Request } from './wire/request.ts';
import type { JuteWriter } from './wire/writer.ts';

/** @param order which of the connection's commands it is */
export function commandOf({ request, identities }: Entry, order: InOrder): Command {
  switch (request.kind) {
    case 'write':
      return { kind: 'write', ...order, identities, operations: [request.operation] };
    case 'multi':
      return { kind: 'write', ...order, identities, operations: request.operations };
    default:
      return { kind: 'close-session', ...order };
  }
}

/** The error in the header of the answer. A multi that was refused has it in its body, but for one. */
export function errorOf(request: Request, result: CommandResult): ErrorCode {
  if (result.kind !== 'refused') return ErrorCode.ok;
  const { error } = result;
  return request.kind !== 'multi' || error === ErrorCode.marshallingError ? error : ErrorCode.ok;
}

export function writeBody(writer: JuteWriter, request: Request, result: CommandResult): void {
  if (request.kind === 'multi') writeMulti(writer, request, result);
  else if (request.kind === 'write' && result.kind === 'written')
    writeResult(writer, request.form, result.results[0]);
}

function writeMulti(writer: JuteWriter, { operations }: MultiWrite, result: CommandResult): void {
  for (const [index, operation] of operations.entries()) {
    const one = result.kind === 'written' ? result.results[index] : undefined;
    if (one) writeMultiResult(writer, operation, one);
    else if (result.kind === 'refused') writeMultiError(writer, errorAt(index, result));
  }
  writeMultiEnd(writer);
}

function errorAt(index: number, { failed, error }: Extract<CommandResult, { kind: 'refused' }>): ErrorCode {
  if (index === failed) return error;
  return index < failed ? ErrorCode.ok : ErrorCode.runtimeInconsistency;
}
