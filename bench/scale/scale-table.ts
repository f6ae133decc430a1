// The scale model as figures, as a table and as a picture.

import { drawn } from '../chart.ts';
import { type Figure, figure, markdownTable, shown } from '../figures.ts';
import { type Operation, runAtScale, type ScaleRow, type Shape } from './scale.ts';

const RUNS: readonly (readonly [Shape, Operation, readonly number[]])[] = [
  ['Lambda', 'append', [1, 4, 16, 64, 250, 1000]],
  ['Web Function', 'append', [1, 4, 16, 64]],
  ['Lambda', 'look-up', [1, 4, 16, 64, 250, 1000]],
  ['Web Function', 'look-up', [1, 4, 16, 64]],
];

export async function scaleRows(): Promise<ScaleRow[]> {
  const rows: ScaleRow[] = [];
  for (const [shape, operation, all] of RUNS) {
    for (const requests of all) rows.push(await runAtScale(shape, operation, requests));
  }
  return rows;
}

export function scaleFigures(rows: readonly ScaleRow[]): Figure[] {
  return rows.flatMap((row) => {
    const id = (quantity: string) => ['scale', row.shape, row.operation, row.requests, quantity];
    return [
      figure(id('per second'), '1/s', 'more', [row.perSecond]),
      figure(id('p50'), 'ms', 'less', [row.p50Ms]),
      figure(id('p99'), 'ms', 'less', [row.p99Ms]),
      figure(id('round trips'), 'round trips', 'less', [row.roundTrips]),
      figure(id('units'), 'units', 'less', [row.units]),
      figure(id('a million'), '$', 'less', [row.dollarsPerMillion]),
      figure(id('failed'), 'operations', 'less', [row.failed]),
    ];
  });
}

export function scaleTable(rows: readonly ScaleRow[]): string {
  const lines = rows.map((row) => [
    row.shape,
    row.operation,
    String(row.requests),
    ...[row.perSecond, row.p50Ms, row.p99Ms, row.roundTrips, row.units, row.dollarsPerMillion].map(shown),
    String(row.failed),
  ]);
  const head = ['on', 'operation', 'at once', 'a second', 'p50 ms', 'p99 ms'];
  return markdownTable([...head, 'round trips', 'units', '$ a million', 'failed'], lines);
}

export function scalePicture(rows: readonly ScaleRow[]): string {
  const series = RUNS.map(([shape, operation]) => ({
    label: `${shape}, ${operation}s`,
    points: rows
      .filter((row) => row.shape === shape && row.operation === operation)
      .map((row) => [row.requests, row.perSecond] as const),
  }));
  return drawn({ title: 'One space: operations a second (model)', xLabel: 'requests at once', series });
}
