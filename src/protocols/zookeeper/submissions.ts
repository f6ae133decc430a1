// Which commands go into one append: as many as come together, but not so many that they hold up others.

import type { Command, WriteOperation } from './tree/command.ts';

const BYTES_MAX = 64 * 1024;
const COMMANDS_MAX = 500;
/** About what a command takes beside its texts and its data. */
const COMMAND_BYTES = 64;
/** Of a session that is renewed. */
const HOLDER_BYTES = 20;

/** In order. A command that is large goes by itself. */
export function submissionsOf(commands: readonly Command[]): readonly (readonly Command[])[] {
  if (commands.length === 1) return [commands];
  const submissions: Command[][] = [];
  let bytes = 0;
  for (const command of commands) {
    const size = sizeOf(command);
    const last = submissions.at(-1);
    if (last && bytes + size <= BYTES_MAX && last.length < COMMANDS_MAX) {
      last.push(command);
      bytes += size;
    } else {
      submissions.push([command]);
      bytes = size;
    }
  }
  return submissions;
}

function sizeOf(command: Command): number {
  if (command.kind === 'write') return command.operations.reduce((sum, one) => sum + sizeOfOperation(one), 0);
  return command.kind === 'renew-sessions' ? command.holders.length * HOLDER_BYTES : COMMAND_BYTES;
}

function sizeOfOperation(operation: WriteOperation): number {
  const path = 'path' in operation ? operation.path.length : 0;
  const data = 'data' in operation ? (operation.data?.length ?? 0) : 0;
  const entries = 'acl' in operation ? (operation.acl?.length ?? 0) : 0;
  return COMMAND_BYTES * (1 + entries) + path + data;
}
