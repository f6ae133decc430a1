// The table of the servers side by side.

import { type Figure, markdownTable, shown, valuesOf } from '../figures.ts';
import { CONTESTS } from './peers.ts';

export function peersTable(figures: readonly Figure[], clients: readonly number[]): string {
  const value = valuesOf(figures);
  const most = Math.max(...clients.filter((count) => count <= 64));
  const labels = CONTESTS.flatMap(({ contestants }) => contestants.map(({ label }) => label));
  const rows = labels
    .filter((label) => value('peers', label, most, 'per second') !== undefined)
    .map((label) => [
      label,
      ...clients.map((count) => shown(value('peers', label, count, 'per second'))),
      shown(value('peers', label, most, 'p50')),
      shown(value('peers', label, most, 'p99')),
      shown(value('peers', label, most, 'CPU per 1,000')),
      shown(value('peers', label, most, 'memory')),
    ]);
  const head = [
    'a second, by clients',
    ...clients.map(String),
    `p50 ms at ${most}`,
    `p99 ms at ${most}`,
    `CPU s per 1,000 at ${most}`,
    'memory MB',
  ];
  return markdownTable(head, rows);
}
