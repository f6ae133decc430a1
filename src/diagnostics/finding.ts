// What a check found, in words for an operator.

export interface Finding {
  /** `fault`: the promises of Ordinal do not hold. `unknown`: it could not be found out. */
  readonly level: 'ok' | 'warning' | 'fault' | 'unknown';
  readonly text: string;
}
