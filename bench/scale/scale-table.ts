// The scale model as figures, as a table and as a picture.

import { drawn } from '../chart.ts';
import { type Figure, figure, markdownTable, shown, valuesOf } from '../figures.ts';
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

const QUANTITIES = ['per second', 'p50', 'p99', 'round trips', 'units', 'a million', 'failed'] as const;

export function scaleTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const lines = RUNS.flatMap(([shape, operation, all]) =>
    all.map((requests) => [
      shape,
      operation,
      String(requests),
      ...QUANTITIES.map((quantity) => shown(value('scale', shape, operation, requests, quantity))),
    ]),
  );
  const head = ['on', 'operation', 'at once', 'a second', 'p50 ms', 'p99 ms'];
  return markdownTable([...head, 'round trips', 'units', '$ a million', 'failed'], lines);
}

export function scalePicture(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const series = RUNS.map(([shape, operation, all]) => ({
    label: `${shape}, ${operation}s`,
    points: all.map(
      (requests) => [requests, value('scale', shape, operation, requests, 'per second') ?? 0] as const,
    ),
  }));
  return drawn({ title: 'One namespace: operations a second (model)', xLabel: 'requests at once', series });
}
