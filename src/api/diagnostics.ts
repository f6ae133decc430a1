// Diagnostics: checks that the logs of a store keep their rules, for operators.

import type { Failed, Rejected } from './common.ts';

export interface Finding {
  /**
   * `fault`: the promises of Ordinal do not hold. `unknown`: the check could not be made, or not to its end.
   */
  readonly severity: 'ok' | 'warning' | 'fault' | 'unknown';
  /** The log that it is about; absent when it is about the whole store. */
  readonly log?: string;
  readonly what: string;
  /** What an operator can do. */
  readonly advice?: string;
}

export interface DiagnoseOptions {
  /** This log alone: `namespace/<namespace>`, `stream/<path>` or `system/<name>`. Default: all logs. */
  readonly log?: string | undefined;
  /** Go on behind this log: the `next` of an incomplete diagnosis. */
  readonly after?: string | undefined;
}

export interface Diagnosis {
  readonly kind: 'diagnosis';
  /** There is no fault in what was examined. Warnings do not count. */
  readonly sound: boolean;
  /** Everything that was asked for was examined. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  /** The last log that was examined, if others are behind it. */
  readonly next: string | undefined;
}

export type DiagnoseResult = Diagnosis | Rejected | Failed;
