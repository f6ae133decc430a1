// How soon watchers have what was put, side by side: one writer, and from one to a thousand watchers of one
// key.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from '../figures.ts';
import { LoadGenerator } from '../peers/load-generator.ts';
import type { Measured } from '../peers/peers.ts';
import { type Running, type System, start } from '../peers/running.ts';
import { etcd, ordinal, zooKeeper } from '../peers/systems.ts';
import { say } from '../progress.ts';
import type { Delivered, Job, Load, WatchName } from './delivery.ts';

export interface WatchersForm {
  readonly watchers: readonly number[];
  /** All are measured in turn, so often: what else the machine does meanwhile then hits all alike. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

export const WATCHERS_FORM: WatchersForm = {
  watchers: [1, 100, 1000],
  rounds: 3,
  warmUpMs: 1000,
  sliceMs: 1000,
  slices: 2,
};

interface Contest {
  readonly system: System;
  readonly contestants: readonly { readonly label: string; readonly watch: WatchName }[];
}

const CONTESTS: readonly Contest[] = [
  { system: ordinal, contestants: [{ label: 'Ordinal server-sent events', watch: 'ordinal-events' }] },
  {
    system: etcd,
    contestants: [
      { label: 'etcd gateway watch', watch: 'etcd-gateway-watch' },
      { label: 'etcd gRPC watch, all on one stream', watch: 'etcd-grpc-watch' },
    ],
  },
  {
    system: zooKeeper,
    contestants: [
      { label: 'ZooKeeper one-shot watch', watch: 'zookeeper-one-shot' },
      { label: 'ZooKeeper persistent watch', watch: 'zookeeper-persistent' },
    ],
  },
];

interface Race {
  readonly label: string;
  readonly watch: WatchName;
  readonly server: Running;
  readonly watchers: number;
  readonly slices: Delivered[];
  memoryBytes: number;
}

/** `only`: parts of labels; empty for all. */
export async function measureWatchers(form: WatchersForm, only: readonly string[] = []): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const servers: Running[] = [];
  const missing: string[] = [];
  const races: Race[] = [];
  try {
    for (const { system, contestants } of CONTESTS) {
      const chosen = contestants.filter(
        ({ label }) => only.length === 0 || only.some((part) => label.includes(part)),
      );
      const lacking = chosen.length === 0 ? undefined : system.missing();
      if (lacking !== undefined) missing.push(`watchers, ${system.name}: ${lacking}`);
      if (chosen.length === 0 || lacking !== undefined) continue;
      const server = await start(system, await mkdtemp(join(directory, 'data-')));
      servers.push(server);
      for (const contestant of chosen)
        for (const watchers of form.watchers)
          races.push({ ...contestant, server, watchers, slices: [], memoryBytes: 0 });
    }
    for (const line of missing) say(`not measured: ${line}`);
    await runAll(races, form, new LoadGenerator<Job, Load>(directory, 'bench/watchers/delivery.ts'));
    return { figures: races.flatMap(figuresOf), missing };
  } finally {
    for (const server of servers) await server.end();
    await rm(directory, { recursive: true });
  }
}

async function runAll(
  races: readonly Race[],
  form: WatchersForm,
  generator: LoadGenerator<Job, Load>,
): Promise<void> {
  const { rounds, warmUpMs, sliceMs, slices } = form;
  for (let round = 1; round <= rounds; round += 1) {
    for (const race of races) {
      const { label, watch, watchers, server } = race;
      const { port, pid } = server;
      const load = await generator.run({ watch, port, pid, watchers, warmUpMs, sliceMs, slices });
      race.slices.push(...load.slices);
      race.memoryBytes = Math.max(race.memoryBytes, load.memoryBytes);
      const ms = load.slices.map(({ allP50Ms }) => allP50Ms.toFixed(2)).join(', ');
      say(`round ${round} of ${rounds}: ${label}, ${watchers} watchers: all have it after ${ms} ms`);
    }
  }
}

function figuresOf({ label, watchers, slices, memoryBytes }: Race): Figure[] {
  const less = (quantity: string, unit: string, of: (slice: Delivered) => number) =>
    figure(['watchers', label, watchers, quantity], unit, 'less', slices.map(of));
  return [
    less('put answered', 'ms', (slice) => slice.answeredMs),
    less('all have it, p50', 'ms', (slice) => slice.allP50Ms),
    less('all have it, p99', 'ms', (slice) => slice.allP99Ms),
    figure(
      ['watchers', label, watchers, 'deliveries per second'],
      '1/s',
      'more',
      slices.map((slice) => slice.deliveriesPerSecond),
    ),
    less('CPU per 1,000', 's', (slice) => slice.serverCpuSecondsPerThousand),
    less('load generator', 'processors', (slice) => slice.loadCpuShare),
    figure(['watchers', label, watchers, 'memory'], 'MB', 'less', [memoryBytes / 1e6]),
  ];
}
