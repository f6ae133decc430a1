// The order of positions must agree with real time: what was answered before something else was asked has the smaller position. For
// operations whose answers name a position this is linearizability, in one pass over the history.

export interface PositionedOperation {
  readonly what: string;
  readonly call: number;
  /** Infinity when it was never answered. */
  readonly return: number;
  /** The position at which it took effect, or from whose state it was answered; of a batch, the first one. */
  readonly position: number;
  /** The last position of a batch. */
  readonly last?: number;
  readonly kind: 'write' | 'read';
}

/** What is wrong, or nothing. */
export function positionOrderFaults(operations: readonly PositionedOperation[]): string[] {
  const faults: string[] = [];
  const calls = [...operations].sort((a, b) => a.call - b.call);
  const returns = [...operations].sort((a, b) => a.return - b.return);
  let answered: PositionedOperation | undefined;
  let next = 0;
  for (const operation of calls) {
    for (let one = returns[next]; one && one.return < operation.call; one = returns[next]) {
      if (!answered || lastOf(one) > lastOf(answered)) answered = one;
      next += 1;
    }
    if (!answered) continue;
    const behind =
      operation.kind === 'write'
        ? operation.position <= lastOf(answered)
        : operation.position < lastOf(answered);
    if (behind) {
      const [later, before] = [
        `${operation.what} at ${operation.position}`,
        `${answered.what} at ${lastOf(answered)}`,
      ];
      faults.push(`${later} was asked after ${before} had been answered`);
    }
  }
  return faults;
}

function lastOf(operation: PositionedOperation): number {
  return operation.last ?? operation.position;
}
