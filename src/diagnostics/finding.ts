// A finding of a check, as a message for an operator.

export interface Finding {
  /** `fault`: the promises of Ordinal do not hold. `unknown`: the check could not be made. */
  readonly level: 'ok' | 'warning' | 'fault' | 'unknown';
  readonly text: string;
}
