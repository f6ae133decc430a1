// The tables of the servers side by side.

import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';

const CLIENTS = [1, 16, 64, 256] as const;
const AT = 64;
/** What is no server that anybody would pick. */
const MEASURES = ['disk', 'bare node:http POST', 'bare node:http GET'];

export function peersTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const labels = namesIn(figures, 'peers').filter((label) => label !== 'disk');
  const rows = labels.map((label) => [
    label,
    ...CLIENTS.map((count) => shown(value('peers', label, count, 'per second'))),
    ...['p50', 'p99', 'CPU per 1,000', 'load generator', 'memory'].map((quantity) =>
      shown(value('peers', label, AT, quantity)),
    ),
  ]);
  const head = ['a second, by clients', ...CLIENTS.map(String)];
  const more = ['p50 ms', 'p99 ms', 'CPU s per 1,000', 'load generator busy', 'memory MB'];
  return markdownTable([...head, ...more], rows);
}

export function peersBriefTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const labels = namesIn(figures, 'peers').filter((label) => !MEASURES.includes(label));
  const rows = labels.map((label) => [
    label,
    ...CLIENTS.map((count) => shown(value('peers', label, count, 'per second'))),
  ]);
  return markdownTable(['a second, by clients', ...CLIENTS.map(String)], rows);
}
