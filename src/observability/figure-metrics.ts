// The metrics of what is open, which are read when they are collected. Namespaces come and go and may be
// many, so only the largest have series of their own.

import type { Figures, NamespaceFigures } from './figures.ts';

/** The most namespaces that a metric tells apart. */
export const NAMESPACES_SHOWN_MAX = 50;

/** The label of all other namespaces together. No namespace is called that. */
export const OTHERS = '_others';

/** Sets the value of the series of one namespace, or of the one series. */
type SetValue = (value: number, namespace?: string) => void;

interface FigureMetric {
  readonly name: string;
  readonly help: string;
  readonly isPerNamespace: boolean;
  show(figures: Figures, set: SetValue): void;
}

type NamespaceFigure = Exclude<keyof NamespaceFigures, 'namespace'>;

export const FIGURE_METRICS: readonly FigureMetric[] = [
  perNamespace(
    'ordinal_namespace_state_bytes',
    'About what the state of an open namespace takes in memory.',
    {
      of: ({ stateBytes }) => stateBytes,
      together: sum,
    },
  ),
  perNamespace('ordinal_namespace_applied_position', 'The position up to which the log is applied.', {
    of: ({ position }) => position,
  }),
  perNamespace(
    'ordinal_namespace_lag_records',
    'Records that are known to be in the log and are not applied.',
    { of: ({ tailSeen, position }) => Math.max(0, tailSeen - position), together: largest },
  ),
  perNamespace('ordinal_namespace_leases', 'Leases that have not ended.', {
    of: ({ leases }) => leases,
    together: sum,
  }),
  inAll(
    'ordinal_namespaces_open',
    'Namespaces that are open in this process.',
    ({ namespaces }) => namespaces.length,
  ),
  inAll('ordinal_streams_open', 'Streams whose logs are open in this process.', ({ streams }) => streams),
  inAll('ordinal_watchers', 'Open watches.', (figures) => total(figures, 'watchers')),
  inAll(
    'ordinal_waiting_requests',
    'Requests, observers and readers that wait for a change.',
    (figures) => total(figures, 'waiting') + figures.waitingReaders,
  ),
];

function perNamespace(
  name: string,
  help: string,
  {
    of,
    together,
  }: {
    of: (figures: NamespaceFigures) => number;
    /** What all namespaces beyond the largest have together. Default: they are not shown. */
    together?: (values: readonly number[]) => number;
  },
): FigureMetric {
  return {
    name,
    help,
    isPerNamespace: true,
    show({ namespaces }, set) {
      const bySize = namespaces.toSorted((a, b) => b.stateBytes - a.stateBytes);
      for (const one of bySize.slice(0, NAMESPACES_SHOWN_MAX)) set(of(one), one.namespace);
      const others = bySize.slice(NAMESPACES_SHOWN_MAX);
      if (together && others.length > 0) set(together(others.map(of)), OTHERS);
    },
  };
}

function inAll(name: string, help: string, of: (figures: Figures) => number): FigureMetric {
  return { name, help, isPerNamespace: false, show: (figures, set) => set(of(figures)) };
}

function total({ namespaces }: Figures, figure: NamespaceFigure): number {
  return sum(namespaces.map((one) => one[figure]));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function largest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
