// What must be true of forks and their sources after every write that one of them depends on.

import type { Witness } from './witness.ts';

/** The first thing that is wrong, if there is one. */
export function faultOfForks(witness: Witness, logs: readonly string[]): string | undefined {
  return logs.map((log) => faultOfFork(witness, log, logs)).find((fault) => fault !== undefined);
}

function faultOfFork(witness: Witness, log: string, logs: readonly string[]): string | undefined {
  const { incarnation } = witness.present(log) ?? {};
  if (incarnation === undefined || !isNeeded(witness, log, logs)) return undefined;
  const origin = witness.origin(log, incarnation);
  if (!origin) return undefined;
  const source = origin.log;
  if (witness.present(source)?.incarnation !== origin.incarnation)
    return `${source} was created anew, and ${log} has its records`;
  if (!witness.holds(source).some((hold) => hold.log === log && hold.incarnation === incarnation))
    return `${log} has records of ${source}, and does not hold it`;
  // A source that is a fork itself is needed from its first segment on.
  const neededAfter = Math.max(origin.after, origin.incarnation);
  if (origin.upTo > origin.after && witness.trimmedTo(source) > neededAfter)
    return `${source} is trimmed up to ${witness.trimmedTo(source)}, and ${log} needs what comes after ${neededAfter}`;
  return undefined;
}

/** It exists, or is the source of a fork that is needed. */
function isNeeded(witness: Witness, log: string, logs: readonly string[]): boolean {
  const present = witness.present(log);
  if (!present) return false;
  if (!present.deleted) return true;
  return logs.some((other) => {
    const its = witness.present(other);
    const origin = its && witness.origin(other, its.incarnation);
    const isSource = origin?.log === log && origin.incarnation === present.incarnation;
    return isSource && isNeeded(witness, other, logs);
  });
}
