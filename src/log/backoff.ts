// How long a writer waits before its next try. `fraction` is chance, in [0, 1), so that writers spread out.

/** The pause after a lost answer. The next try follows soon, because the caller waits for it. */
const LOST_PAUSE_BASE_MS = 20;
const LOST_PAUSE_MAX_MS = 1000;
/**
 * The pause after a definite error, which is usually a throttle. An early try takes capacity from other
 * writers.
 */
const DEFINITE_PAUSE_MS = 2500;
/** The pause after a lost race. More races mean more writers. */
const RACE_PAUSE_BASE_MS = 10;
const RACE_PAUSE_MAX_MS = 2500;
/** At first the next try follows at once: the segment came with the refusal. */
export const RACES_WITHOUT_PAUSE = 2;
/**
 * After a pause of this length, other writers have probably changed the segment. A look costs less than a
 * refused write.
 */
const RELOOK_MS = 20;

export function errorPauseMs(definite: boolean, failures: number, fraction: number): number {
  const lostMs = Math.min(LOST_PAUSE_MAX_MS, LOST_PAUSE_BASE_MS * 2 ** failures);
  return fraction * (definite ? DEFINITE_PAUSE_MS : lostMs);
}

export function racePauseMs(races: number, fraction: number): number {
  const doublings = races - RACES_WITHOUT_PAUSE;
  return fraction * Math.min(RACE_PAUSE_MAX_MS, RACE_PAUSE_BASE_MS * 2 ** doublings);
}

export function needsLookAfter(pauseMs: number): boolean {
  return pauseMs > RELOOK_MS;
}
