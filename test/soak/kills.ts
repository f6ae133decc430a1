// One cycle of a soak: a server is killed at any moment, while it works, while it stands still, or before it has started.

import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../simulation/seeded-random.ts';
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
  /** Counts it. */
  readonly totals: KillCounts;
  /** Something is wrong already: nothing is waited for any more. */
  readonly failed: () => boolean;
}

/** Between two kills somebody gets on. */
const ANSWERS_OF_A_CYCLE = 12;
/** No measure of anything: whoever waits for longer waits for ever. */
const STUCK_MS = 60_000;
const LIFE_MS_MAX = 60;
const EARLY_LIFE_MS_MAX = 600;
const FREEZE_MS_MAX = 400;
/** Longer than others wait for a lock that a frozen server holds. */
const LONG_FREEZE_MS = 3500;

export async function killOne(kill: Kill): Promise<void> {
  const { fleet, random, totals } = kill;
  totals.cycles += 1;
  if (random.chance(0.2)) {
    totals.killedEarly += 1;
    await sleep(random.below(EARLY_LIFE_MS_MAX));
    return fleet.replace(random.below(fleet.size));
  }
  // These kills leave all others at work, for sure.
  if (random.chance(0.4)) await fleet.allReady();
  const victim = await fleet.anyReady(random);
  await progress(kill);
  await sleep(random.below(LIFE_MS_MAX));
  if (random.chance(0.25)) await freeze(kill, random.below(fleet.size));
  await fleet.replace(victim);
}

/** It may be killed while it stands still. */
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
