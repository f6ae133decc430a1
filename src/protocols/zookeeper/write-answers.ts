// Requests that write: the commands that they become, and the answers that come of those.

import type { Entry } from './request-queue.ts';
import type { Command, Holder } from './tree/command.ts';
import { ErrorCode } from './tree/error-code.ts';
import type { CommandResult } from './tree/result.ts';
import type { MultiWrite } from './wire/multi.ts';
import { writeMultiEnd, writeMultiError, writeMultiResult, writeResult } from './wire/reply.ts';
import type { Request } from './wire/request.ts';
import type { JuteWriter } from './wire/writer.ts';

export function commandOf({ request, identities }: Entry, holder: Holder): Command {
  switch (request.kind) {
    case 'write':
      return { kind: 'write', holder, identities, operations: [request.operation] };
    case 'multi':
      return { kind: 'write', holder, identities, operations: request.operations };
    default:
      return { kind: 'close-session', holder };
  }
}

/**
 * Whether the command is that of the request. Two that are equal in this need no distinction: if one of them
 * is applied, and the other one is not, then the connection ends, and its client knows the outcome of one.
 */
export function isCommandOf(request: Request, command: Command): boolean {
  if (command.kind !== 'write') return request.kind === command.kind;
  const operations =
    request.kind === 'write'
      ? [request.operation]
      : request.kind === 'multi'
        ? request.operations
        : undefined;
  const [first, applied] = [operations?.[0], command.operations[0]];
  if (operations?.length !== command.operations.length || first?.kind !== applied?.kind) return false;
  return pathOf(first) === pathOf(applied);
}

function pathOf(operation: object | undefined): unknown {
  return operation && 'path' in operation ? operation.path : undefined;
}

/** The error in the header of the answer. A multi that was refused has it in its body. */
export function errorOf(request: Request, result: CommandResult): ErrorCode {
  return result.kind === 'refused' && request.kind !== 'multi' ? result.error : ErrorCode.ok;
}

export function writeBody(writer: JuteWriter, request: Request, result: CommandResult): void {
  if (request.kind === 'multi') writeMulti(writer, request, result);
  else if (request.kind === 'write' && result.kind === 'written')
    writeResult(writer, request.form, result.results[0]);
}

function writeMulti(writer: JuteWriter, { operations, types }: MultiWrite, result: CommandResult): void {
  if (result.kind === 'written') {
    for (const [index, one] of result.results.entries()) writeMultiResult(writer, types[index] ?? 0, one);
  } else if (result.kind === 'refused') {
    for (const index of operations.keys()) writeMultiError(writer, errorAt(index, result));
  }
  writeMultiEnd(writer);
}

function errorAt(index: number, { failed, error }: Extract<CommandResult, { kind: 'refused' }>): ErrorCode {
  if (index === failed) return error;
  return index < failed ? ErrorCode.ok : ErrorCode.runtimeInconsistency;
}
