// The reports of failures by the commands.

import { messageOf, StartupError } from '../server/startup-error.ts';

/** A failure that the program survives, as one line for a collector of logs. */
export function report(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', time: new Date().toISOString(), message })}\n`);
}

/** Ends the process. */
export function fail(error: unknown): never {
  const message = error instanceof StartupError ? error.message : `unexpected: ${messageOf(error)}`;
  process.stderr.write(`ordinal: ${message}\n`);
  return process.exit(1);
}
