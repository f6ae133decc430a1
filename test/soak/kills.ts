// One cycle of a soak: kills a server while it works, while it is stopped, or before it has started.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Chapter } from './chapter.ts';
import type { Fleet } from './fleet.ts';

export interface KillCounts {
  cycles: number;
  killedEarly: number;
  freezes: number;
}

export interface Kill {
  readonly fleet: Fleet;
  readonly chapter: Chapter;
  readonly random: SeededRandom;
  /** The cycle is added to it. */
  readonly totals: KillCounts;
  /** There is a finding, so the cycle waits for nothing more. */
  readonly failed: () => boolean;
}

/** So many operations are answered between two kills. */
const ANSWERS_OF_A_CYCLE = 12;
/** No measure of speed: a wait this long never ends. */
const STUCK_MS = 60_000;
const LIFE_MS_MAX = 60;
const EARLY_LIFE_MS_MAX = 600;
const FREEZE_MS_MAX = 400;
/** Longer than other servers wait for a lock that the stopped one holds. */
const LONG_FREEZE_MS = 3500;

export async function killOne(kill: Kill): Promise<void> {
  const { fleet, random, totals } = kill;
  totals.cycles += 1;
  if (random.chance(0.2)) {
    totals.killedEarly += 1;
    await sleep(random.below(EARLY_LIFE_MS_MAX));
    return fleet.replace(random.below(fleet.size));
  }
  // All other servers are at work during these kills.
  if (random.chance(0.4)) await fleet.allReady();
  const victim = await fleet.anyReady(random);
  await progress(kill);
  await sleep(random.below(LIFE_MS_MAX));
  if (random.chance(0.25)) await freeze(kill, random.below(fleet.size));
  await fleet.replace(victim);
}

/** The kill may come while the server is stopped. */
async function freeze({ fleet, random, totals }: Kill, index: number): Promise<void> {
  totals.freezes += 1;
  fleet.freeze(index);
  await sleep(random.chance(0.1) ? LONG_FREEZE_MS : random.below(FREEZE_MS_MAX));
  if (random.chance(0.5)) {
    fleet.wake(index);
    await sleep(random.below(LIFE_MS_MAX));
  } else {
    void sleep(random.below(FREEZE_MS_MAX)).then(() => fleet.wake(index));
  }
}

async function progress({ chapter, failed }: Kill): Promise<void> {
  const goal = chapter.answered + ANSWERS_OF_A_CYCLE;
  const end = performance.now() + STUCK_MS;
  while (chapter.answered < goal && !failed()) {
    if (performance.now() > end) throw new Error('nobody is answered any more');
    await sleep(5);
  }
}
