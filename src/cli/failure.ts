// The failures of commands, as an exit code and a message that says what can have happened.

import type { Failed, Rejected } from '../api/common.ts';
import { EXIT } from './exit-codes.ts';

export interface FailureOptions {
  readonly exit?: number | undefined;
  /**
   * Whether nothing happened. Left out where there was nothing that could have happened, such as a look that
   * found nothing.
   */
  readonly definite?: boolean | undefined;
  /** More about it, for `--json`. */
  readonly details?: object | undefined;
  readonly cause?: unknown;
}

/** Ends the command with a message on standard error. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly exit: number;
  readonly definite: boolean | undefined;
  readonly details: object;
  /** What the command had done before, and what stays. */
  before: string | undefined;

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.exit = options.exit ?? EXIT.no;
    this.definite = options.definite;
    this.details = options.details ?? {};
  }
}

/** The answer is no: nothing was changed. */
export function no(code: string, message: string, details?: object): CommandFailure {
  return new CommandFailure(code, message, { definite: true, details });
}

/** The look has found nothing. */
export function notFound(code: string, message: string, details?: object): CommandFailure {
  return new CommandFailure(code, message, { details });
}

export function usage(message: string): CommandFailure {
  return new CommandFailure('usage', message, { exit: EXIT.usage, definite: true });
}

export function badInput(message: string, definite?: boolean): CommandFailure {
  return new CommandFailure('bad-input', message, { exit: EXIT.data, definite });
}

/** Outcomes that mean the same for every command, and no good. */
type Common =
  | Rejected
  | Failed
  | { readonly kind: 'behind'; readonly position: number }
  | { readonly kind: 'gone'; readonly earliest: number }
  | { readonly kind: 'lease-not-found'; readonly position: number }
  | { readonly kind: 'idempotency-key-reused'; readonly message: string };

type CommonKind = Common['kind'];

const COMMON: ReadonlySet<string> = new Set<CommonKind>([
  'rejected',
  'failed',
  'behind',
  'gone',
  'lease-not-found',
  'idempotency-key-reused',
]);

/** The result, if it is none that means failure everywhere. @throws CommandFailure */
export function settled<Result extends { readonly kind: string }>(
  result: Result,
): Exclude<Result, { readonly kind: CommonKind }> {
  if (isCommon(result)) throw failureOf(result);
  return result as Exclude<Result, { readonly kind: CommonKind }>;
}

/** The same of a look: where it fails there is nothing that can have happened. @throws CommandFailure */
export function looked<Result extends { readonly kind: string }>(
  result: Result,
): Exclude<Result, { readonly kind: CommonKind }> {
  if (isCommon(result) && result.kind === 'failed') {
    throw new CommandFailure('unavailable', result.message, { exit: EXIT.unable });
  }
  return settled(result);
}

function isCommon(result: { readonly kind: string }): result is Common {
  return COMMON.has(result.kind);
}

function failureOf(result: Common): CommandFailure {
  switch (result.kind) {
    case 'failed':
      return new CommandFailure(result.definite ? 'unavailable' : 'outcome-unknown', result.message, {
        exit: result.definite ? EXIT.unable : EXIT.indefinite,
        definite: result.definite,
      });
    case 'rejected':
      return new CommandFailure(result.code, result.message, { exit: EXIT.unable, definite: true });
    case 'behind':
      return new CommandFailure('position-not-reached', `the server is at ${result.position}`, {
        exit: EXIT.unable,
      });
    case 'gone':
      return notFound('gone', `it is trimmed or compacted; what is left begins at ${result.earliest}`);
    case 'lease-not-found':
      return no('lease-not-found', 'the lease has ended, or never was');
    case 'idempotency-key-reused':
      return no('idempotency-key-reused', result.message);
  }
}
