// Tests of Curator's suite that do not pass, and why they need not.

export interface Exception {
  /** A class, or one test of it. */
  readonly test: string;
  readonly reason: string;
  /** It is not run, because it would wait for minutes. */
  readonly isLeftOut?: true;
}

export const EXCEPTIONS: readonly Exception[] = [];
