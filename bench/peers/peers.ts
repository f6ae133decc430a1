// Servers side by side on one machine, in one run: the same clients, the same size of record, each durable per write.

import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure, median } from '../figures.ts';
import { say } from '../progress.ts';
import { MANY } from './http-wire.ts';
import type { Job, Load } from './load.ts';
import { residentBytes } from './process-meter.ts';
import { bareNode, etcd, ordinal, redis, type System, start, zooKeeper } from './systems.ts';
import type { WorkloadName } from './workloads.ts';

interface Contestant {
  readonly label: string;
  readonly workload: WorkloadName;
  /** Records, or reads, in one request. */
  readonly perRequest?: number;
}

interface Contest {
  readonly system: System;
  readonly contestants: readonly Contestant[];
}

const CONTESTS: readonly Contest[] = [
  {
    system: ordinal,
    contestants: [
      { label: 'Ordinal append', workload: 'ordinal-append' },
      { label: 'Ordinal append, 100 records a request', workload: 'ordinal-append-many', perRequest: MANY },
      { label: 'Ordinal claim', workload: 'ordinal-claim' },
      { label: 'Ordinal look-up', workload: 'ordinal-look-up' },
    ],
  },
  {
    system: etcd,
    contestants: [
      { label: 'etcd gateway put', workload: 'etcd-gateway-put' },
      { label: 'etcd gRPC put', workload: 'etcd-grpc-put' },
      { label: 'etcd gateway range', workload: 'etcd-gateway-range' },
      { label: 'etcd gRPC range', workload: 'etcd-grpc-range' },
    ],
  },
  {
    system: zooKeeper,
    contestants: [
      { label: 'ZooKeeper setData', workload: 'zookeeper-set' },
      { label: 'ZooKeeper sync + getData', workload: 'zookeeper-sync-get' },
    ],
  },
  {
    system: redis,
    contestants: [
      { label: 'Redis XADD', workload: 'redis-append' },
      { label: 'Redis GET', workload: 'redis-get' },
    ],
  },
  {
    system: bareNode,
    contestants: [
      { label: 'bare node:http POST', workload: 'bare-http' },
      { label: 'bare node:http GET', workload: 'bare-http-get' },
    ],
  },
];

export interface Form {
  readonly clients: readonly number[];
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

export interface Measured {
  readonly figures: Figure[];
  readonly missing: string[];
}

/** `only`: parts of labels; empty for all. */
export async function measurePeers(form: Form, only: readonly string[] = []): Promise<Measured> {
  const figures: Figure[] = [await syncRate()];
  const missing: string[] = [];
  for (const contest of CONTESTS) {
    const contestants = contest.contestants.filter(({ label }) => chosen(label, only));
    if (contestants.length === 0) continue;
    const lacking = contest.system.missing();
    if (lacking === undefined) figures.push(...(await measureSystem(contest.system, contestants, form)));
    else missing.push(`${contest.system.name}: ${lacking}`);
  }
  for (const line of missing) say(`not measured: ${line}`);
  return { figures, missing };
}

function chosen(label: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((part) => label.includes(part));
}

async function measureSystem(system: System, contestants: readonly Contestant[], form: Form) {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const figures: Figure[] = [];
  const server = await start(system, directory);
  try {
    for (const contestant of contestants) {
      // The first minutes of a compiler that learns as it runs are not what anybody pays for.
      await load({ ...jobOf(contestant, server, form, 64), warmUpMs: 2 * form.warmUpMs, slices: 1 });
      for (const clients of form.clients) {
        const measured = await load(jobOf(contestant, server, form, clients));
        figures.push(...figuresOf(contestant, clients, measured, residentBytes(server.pid)));
      }
    }
  } finally {
    await server.end();
    await rm(directory, { recursive: true });
  }
  return figures;
}

function jobOf({ workload }: Contestant, server: { port: number; pid: number }, form: Form, clients: number) {
  const { port, pid } = server;
  const { warmUpMs, sliceMs, slices } = form;
  return { workload, port, pid, clients, warmUpMs, sliceMs, slices } satisfies Job;
}

function figuresOf(contestant: Contestant, clients: number, { slices }: Load, memoryBytes: number): Figure[] {
  const { label, perRequest = 1 } = contestant;
  const id = (quantity: string) => ['peers', label, clients, quantity];
  const perSecond = slices.map((slice) => slice.perSecond * perRequest);
  const cpu = slices.map((slice) => slice.serverCpuSecondsPerThousand / perRequest);
  const busy = median(slices.map((slice) => slice.loadCpuShare));
  say(
    `${label}, ${clients} clients: ${Math.round(median(perSecond))} a second, load generator ${Math.round(busy * 100)} % busy`,
  );
  const milliseconds = (quantity: 'p50Ms' | 'p99Ms') => slices.map((slice) => slice[quantity]);
  return [
    figure(id('per second'), '1/s', 'more', perSecond),
    figure(id('p50'), 'ms', 'less', milliseconds('p50Ms')),
    figure(id('p99'), 'ms', 'less', milliseconds('p99Ms')),
    figure(id('CPU per 1,000'), 's', 'less', cpu),
    figure(id('memory'), 'MB', 'less', [memoryBytes / 1e6]),
    figure(
      id('load generator'),
      'processors',
      'less',
      slices.map((slice) => slice.loadCpuShare),
    ),
  ];
}

async function load(job: Job): Promise<Load> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/peers/load.ts', JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${job.workload}`);
  return JSON.parse(text) as Load;
}

const SYNCS_A_SLICE = 200;

/** What the disk under all of them can do for one writer. */
async function syncRate(): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const file = openSync(join(directory, 'synced'), 'w');
  const bytes = Buffer.alloc(1024);
  const rates = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    for (let count = 0; count < SYNCS_A_SLICE; count += 1) {
      writeSync(file, bytes);
      fdatasyncSync(file);
    }
    return (SYNCS_A_SLICE * 1000) / (performance.now() - startedAt);
  });
  closeSync(file);
  await rm(directory, { recursive: true });
  return figure(['peers', 'disk', 'writes of 1 KB, each synced'], '1/s', 'more', rates);
}
