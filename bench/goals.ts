// What was aimed at, and what the results say.

import { type Figure, markdownTable, shown, valuesOf } from './figures.ts';

type Value = ReturnType<typeof valuesOf>;

interface Goal {
  readonly aim: string;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly of: (value: Value) => number | undefined;
}

function rate(value: Value, label: string, clients: number): number | undefined {
  return value('peers', label, clients, 'per second');
}

/** How many times as many a second as another. */
function times(label: string, other: string, clients: number): Goal['of'] {
  return (value) => ratio(rate(value, label, clients), rate(value, other, clients));
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function timesAtEach(label: string, other: string, limit: number, all: readonly number[]): Goal[] {
  return all.map((clients) => ({
    aim: `${label} / ${other}, at ${clients}`,
    bound: 'at least',
    limit,
    of: times(label, other, clients),
  }));
}

function cost(operation: string, quantity: string, limit: number): Goal {
  return {
    aim: `${operation}: ${quantity}`,
    bound: 'at most',
    limit,
    of: (value) => value('costs', operation, quantity),
  };
}

function cpu(label: string, bare: string): Goal {
  const of = (value: Value) =>
    ratio(value('peers', label, 64, 'CPU per 1,000'), value('peers', bare, 64, 'CPU per 1,000'));
  return { aim: `CPU: ${label} / ${bare}, at 64`, bound: 'at most', limit: 2, of };
}

const SINGLE = 'append, 1 record of 100 B';

const GOALS: readonly Goal[] = [
  ...timesAtEach('Ordinal append', 'etcd gateway put', 1, [1]),
  ...timesAtEach('Ordinal append', 'etcd gateway put', 2, [64, 256]),
  ...timesAtEach('Ordinal append', 'etcd gRPC put', 1, [1]),
  ...timesAtEach('Ordinal append', 'etcd gRPC put', 2, [64, 256]),
  ...timesAtEach('Ordinal claim', 'PostgreSQL insert, on conflict do nothing', 1, [64, 256]),
  ...timesAtEach('Ordinal append, 100 records a request', 'Redis XADD', 1, [1, 64, 256]),
  ...timesAtEach('Ordinal look-up', 'etcd gateway range', 2, [64, 256]),
  ...timesAtEach('Ordinal look-up', 'ZooKeeper sync + getData', 1, [64, 256]),
  cpu('Ordinal append', 'bare node:http POST'),
  cpu('Ordinal look-up', 'bare node:http GET'),
  cost(SINGLE, 'round trips', 1),
  cost('claim', 'round trips', 1),
  cost('look-up, linearizable', 'round trips', 1),
  cost(SINGLE, 'write units', 1.25),
  cost('append of 100 B, 10 at once in one process, each', 'write units', 0.3),
  cost('cold start of an empty namespace, and claim', 'round trips', 2),
  cost('cold start and claim, 1,000 names in a snapshot', 'round trips', 2),
  ...['api', 'web', 'maintenance'].flatMap((name): Goal[] => [
    {
      aim: `function ${name}: bundle, KB`,
      bound: 'at most',
      limit: 500,
      of: (value) => value('functions', name, 'bundle'),
    },
    {
      aim: `function ${name}: load, ms`,
      bound: 'at most',
      limit: 200,
      of: (value) => value('functions', name, 'load'),
    },
  ]),
];

export function goalsTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const rows = GOALS.map(({ aim, bound, limit, of }) => {
    const measured = of(value);
    const reached = measured !== undefined && (bound === 'at least' ? measured >= limit : measured <= limit);
    const verdict = measured === undefined ? 'not measured' : reached ? 'yes' : 'no';
    return [aim, `${bound} ${shown(limit)}`, shown(measured), verdict];
  });
  return markdownTable(['aim', 'goal', 'measured', 'reached'], rows);
}
