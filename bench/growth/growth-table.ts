// Growth as a table and as pictures.

import { drawn, type Series } from '../chart.ts';
import { type Figure, markdownTable, median, shown } from '../figures.ts';

interface Point {
  readonly what: string;
  readonly operation: string;
  readonly size: number;
  readonly value: number;
  readonly unit: string;
}

function pointsOf(figures: readonly Figure[]): Point[] {
  return figures
    .filter(({ id }) => id.startsWith('growth / '))
    .map(({ id, values, unit }) => {
      const [, what = '', operation = '', size = ''] = id.split(' / ');
      return { what, operation, size: Number(size), value: median(values), unit };
    });
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

export function growthTable(figures: readonly Figure[], what: 'log' | 'namespace'): string {
  const points = pointsOf(figures).filter((point) => point.what === what);
  const sizes = unique(points.map(({ size }) => size));
  const rows = unique(points.map(({ operation }) => operation)).map((operation) => {
    const own = points.filter((point) => point.operation === operation);
    const unit = own[0]?.unit === 'round trips' ? '' : `, ${own[0]?.unit}`;
    return [
      `${operation}${unit}`,
      ...sizes.map((size) => shown(own.find((point) => point.size === size)?.value)),
    ];
  });
  const head = [
    what === 'log' ? 'records in the log' : 'names in the namespace',
    ...sizes.map((size) => size.toLocaleString('en-US')),
  ];
  return markdownTable(head, rows);
}

export function growthPicture(figures: readonly Figure[], what: 'log' | 'namespace'): string {
  const points = pointsOf(figures).filter((point) => point.what === what && point.unit !== 'round trips');
  const series = unique(points.map(({ operation }) => operation)).map((operation): Series => {
    const own = points.filter((point) => point.operation === operation);
    return {
      label: `${operation}, ${own[0]?.unit}`,
      points: own.map(({ size, value }) => [size, value] as const),
    };
  });
  const [title, xLabel] =
    what === 'log' ? ['A log as it grows', 'records'] : ['A namespace as it grows', 'names'];
  return drawn({ title, xLabel, series });
}
