// Two results side by side: apart only where the spread of one does not reach into the other's.

import { type Figure, median } from './figures.ts';

export interface Compared {
  readonly id: string;
  readonly unit: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** How many times the median before. */
  readonly ratio: number;
  readonly verdict: 'better' | 'worse' | 'not told apart';
}

export function compare(before: readonly Figure[], after: readonly Figure[]): Compared[] {
  const earlier = new Map(before.map((one) => [one.id, one]));
  return after.flatMap((now) => {
    const then = earlier.get(now.id);
    if (!then) return [];
    const ratio = median(now.values) / median(then.values);
    const { id, unit } = now;
    return [{ id, unit, before: then.values, after: now.values, ratio, verdict: verdictOf(then, now) }];
  });
}

function verdictOf(then: Figure, now: Figure): Compared['verdict'] {
  const higher = Math.min(...now.values) > Math.max(...then.values);
  const lower = Math.max(...now.values) < Math.min(...then.values);
  if (!higher && !lower) return 'not told apart';
  return higher === (now.better === 'more') ? 'better' : 'worse';
}
