// The table of the functions.

import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';

const QUANTITIES = [
  ['bundle', 'bundle KB'],
  ['bundle, zipped', 'zipped KB'],
  ['load', 'load ms'],
  ['first answer after loading', 'first answer after loading ms'],
  ['memory', 'memory MB'],
] as const;

export function functionsTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const rows = namesIn(figures, 'functions').map((name) => [
    name,
    ...QUANTITIES.map(([quantity]) => shown(value('functions', name, quantity))),
  ]);
  return markdownTable(['function', ...QUANTITIES.map(([, label]) => label)], rows);
}
