// Watchers side by side, as a table.

import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';

export function watchersTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const counts = countsIn(figures);
  const most = counts.at(-1) ?? 0;
  const rows = namesIn(figures, 'watchers').map((label) => {
    const each = (quantity: string) =>
      counts.map((count) => shown(value('watchers', label, count, quantity)));
    const atMost = (quantity: string) => shown(value('watchers', label, most, quantity));
    return [
      label,
      ...each('put answered').slice(0, 1),
      ...each('all have it, p50'),
      atMost('all have it, p99'),
      ...each('deliveries per second').slice(-2),
      atMost('CPU per 1,000'),
      atMost('load generator'),
      atMost('memory'),
    ];
  });
  const head = [
    'ms from a put until',
    `it is answered, with ${counts[0]}`,
    ...counts.map((count) => `${named(count)} ${count === 1 ? 'has' : 'have'} it`),
    'p99 ms',
    ...counts.slice(-2).map((count) => `a second, to ${named(count)}`),
    'CPU s per 1,000',
    'load generator busy',
    'memory MB',
  ];
  return markdownTable(head, rows);
}

function countsIn(figures: readonly Figure[]): number[] {
  const counts = figures.flatMap(({ id }) => {
    const [benchmark, , count] = id.split(' / ');
    return benchmark === 'watchers' ? [Number(count)] : [];
  });
  return [...new Set(counts)];
}

function named(count: number): string {
  return count.toLocaleString('en-US');
}
