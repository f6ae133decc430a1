// The reports of failures by the commands.

import { OrdinalError } from '../api/error.ts';
import { messageOf, StartupError } from '../server/startup-error.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { coloured, jsonText, visibleText } from './output.ts';

/** A failure that the program survives, as one line for a collector of logs. */
export function report(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', time: new Date().toISOString(), message })}\n`);
}

/** Tells it on standard error. The exit code. */
export function reportFailure(error: unknown, asJson: boolean): number {
  const failure = failureOf(error);
  process.stderr.write(`${asJson ? jsonOf(failure) : textOf(failure)}\n`);
  return failure.exit;
}

/** Ends the process. */
export function fail(error: unknown): never {
  return process.exit(reportFailure(error, false));
}

function failureOf(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof StartupError)
    return new CommandFailure('cannot-start', error.message, { exit: EXIT.no });
  if (error instanceof OrdinalError)
    return new CommandFailure(error.code, error.message, { exit: EXIT.unable });
  // The client refuses names that no resource can have in this way, before it sends anything.
  if (error instanceof RangeError) {
    return new CommandFailure('usage', error.message, { exit: EXIT.usage, definite: true });
  }
  return new CommandFailure('unexpected', `unexpected: ${messageOf(error)}`, {
    exit: EXIT.indefinite,
    definite: false,
    cause: error,
  });
}

/** A failure to start needs no code: there is nothing to tell apart. */
function textOf({ code, message, before, definite }: CommandFailure): string {
  const isPlain = code === 'cannot-start' || code === 'usage';
  const effect = definite === undefined || isPlain ? '' : `; ${effectOf(definite, before)}`;
  const start = coloured('red', 'ordinal:', process.stderr);
  return `${start} ${visibleText(message)}${isPlain ? '' : ` [${code}]`}${effect}${before ? ` (${before})` : ''}`;
}

function effectOf(definite: boolean, before: string | undefined): string {
  if (!definite) return 'it may have happened';
  return before === undefined ? 'nothing happened' : 'nothing more happened';
}

function jsonOf({ code, message, before, definite, details, exit }: CommandFailure): string {
  return jsonText({ ...details, code, message, definite, before, exit });
}
