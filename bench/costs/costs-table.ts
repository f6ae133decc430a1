// Counted costs as figures and as a table.

import { type Figure, figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';
import type { Cost } from './costs.ts';
import { FAASKEEPER } from './faaskeeper.ts';
import { KEYS_IN_SNAPSHOTS, snapshotsRow } from './snapshots.ts';

export function costFigures(rows: readonly Cost[]): Figure[] {
  return rows.flatMap(({ operation, roundTrips, writeUnits, readUnits, dollarsPerMillion }) => [
    figure(['costs', operation, 'round trips'], 'round trips', 'less', [roundTrips]),
    figure(['costs', operation, 'write units'], 'units', 'less', [writeUnits]),
    figure(['costs', operation, 'read units'], 'units', 'less', [readUnits]),
    figure(['costs', operation, 'a million'], '$', 'less', [dollarsPerMillion]),
  ]);
}

export function costsTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const counted = namesIn(figures, 'costs').map((operation) => [
    operation,
    ...['round trips', 'write units', 'read units', 'a million'].map((quantity) =>
      shown(value('costs', operation, quantity)),
    ),
  ]);
  const published = FAASKEEPER.map(({ operation, sequentialCalls, used, dollars }) =>
    [`${operation} (published)`, sequentialCalls, used.writeUnits, used.readUnits, dollars * 1e6].map(cell),
  );
  const head = ['operation', 'round trips', 'write units', 'read units', '$ a million'];
  return markdownTable(head, [...counted, ...published]);
}

/** What snapshots add, as the document on deployment shows it. */
export function snapshotsTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const rows = KEYS_IN_SNAPSHOTS.map((keys) => [
    keys.toLocaleString('en-US'),
    ...['write units', 'a million'].map((quantity) => shown(value('costs', snapshotsRow(keys), quantity))),
  ]);
  return markdownTable(['keys', 'write units a command', '$ a million commands'], rows);
}

function cell(value: string | number): string {
  return typeof value === 'string' ? value : shown(value);
}
