// No client is shown a past that lies before what it has been told already, in the log or in the namespace.

import type { HistoryEntry } from './history.ts';

/** `history`: in the order of the calls. What is wrong, or nothing. */
export function readsGoingBack(history: readonly HistoryEntry[]): string[] {
  const told = new Map<string, number>();
  const faults: string[] = [];
  for (const { client, operation, result } of history) {
    const place = placeOf(operation, result);
    if (!place) continue;
    const key = `client ${client} ${place.of}`;
    const before = told.get(key) ?? 0;
    if (place.position < before)
      faults.push(`${key} went back from ${before} to ${place.position} with a ${operation}`);
    told.set(key, Math.max(before, place.position));
  }
  return faults;
}

interface Place {
  readonly of: 'in the log' | 'in the namespace';
  readonly position: number;
}

function placeOf(operation: string, result: unknown): Place | undefined {
  const { first, tail, position } = (result ?? {}) as Readonly<Record<string, unknown>>;
  const inLog = tail ?? first;
  if (typeof inLog === 'number') return { of: 'in the log', position: inLog };
  if (operation === 'transaction' || typeof position !== 'number') return undefined;
  return { of: 'in the namespace', position };
}
