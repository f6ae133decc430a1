// Servers side by side on one machine, in one run: the same clients, the same size of record, each durable
// per write.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure, median } from '../figures.ts';
import { say } from '../progress.ts';
import { CONTESTS, type Contestant } from './contests.ts';
import type { Job, Load } from './load.ts';
import { LoadGenerator } from './load-generator.ts';
import type { Slice } from './meter.ts';
import { type Running, start } from './running.ts';

export interface Form {
  readonly clients: readonly number[];
  /** All are measured in turn, so often: what else the machine does meanwhile then hits all alike. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

export interface Measured {
  readonly figures: Figure[];
  readonly missing: string[];
}

/** One contestant and the server that it uses. */
interface Entrant extends Contestant {
  readonly server: Running;
}

interface Sample {
  readonly slices: Slice[];
  memoryBytes: number;
}

/** `only`: parts of labels; empty for all. */
export async function measurePeers(form: Form, only: readonly string[] = []): Promise<Measured> {
  const disk = await syncRate();
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const servers: Running[] = [];
  const missing: string[] = [];
  try {
    const entrants: Entrant[] = [];
    for (const { system, contestants } of CONTESTS) {
      const all = contestants.filter(({ label }) => chosen(label, only));
      const lacking = all.length === 0 ? undefined : system.missing();
      if (lacking !== undefined) missing.push(`${system.name}: ${lacking}`);
      if (all.length === 0 || lacking !== undefined) continue;
      const server = await start(system, await mkdtemp(join(directory, 'data-')));
      servers.push(server);
      entrants.push(...all.map((contestant) => ({ ...contestant, server })));
    }
    for (const line of missing) say(`not measured: ${line}`);
    const generator = new LoadGenerator<Job, Load>(directory, 'bench/peers/load.ts');
    return { figures: [disk, ...(await measureAll(entrants, form, generator))], missing };
  } finally {
    for (const server of servers) await server.end();
    await rm(directory, { recursive: true });
  }
}

function chosen(label: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((part) => label.includes(part));
}

async function measureAll(
  entrants: readonly Entrant[],
  form: Form,
  generator: LoadGenerator<Job, Load>,
): Promise<Figure[]> {
  const races = entrants.flatMap((entrant) =>
    form.clients.map((clients) => ({
      entrant,
      clients,
      sample: { slices: [], memoryBytes: 0 } satisfies Sample as Sample,
    })),
  );
  // The first seconds of a compiler that learns as it runs are not what anybody pays for.
  for (const entrant of entrants)
    await generator.run({ ...jobOf(entrant, form, 64), warmUpMs: 2000, slices: 1 });
  for (let round = 1; round <= form.rounds; round += 1) {
    for (const { entrant, clients, sample } of races) {
      const { slices, memoryBytes } = await generator.run(jobOf(entrant, form, clients));
      sample.slices.push(...slices);
      sample.memoryBytes = Math.max(sample.memoryBytes, memoryBytes);
      const rate = median(slices.map((slice) => slice.perSecond * (entrant.perRequest ?? 1)));
      say(
        `round ${round} of ${form.rounds}: ${entrant.label}, ${clients} clients: ${Math.round(rate)} a second`,
      );
    }
  }
  return races.flatMap(({ entrant, clients, sample }) => figuresOf(entrant, clients, sample));
}

function jobOf({ workload, server }: Entrant, form: Form, clients: number): Job {
  const { port, pid } = server;
  const { warmUpMs, sliceMs, slices } = form;
  return { workload, port, pid, clients, warmUpMs, sliceMs, slices };
}

function figuresOf(contestant: Contestant, clients: number, { slices, memoryBytes }: Sample): Figure[] {
  const { label, perRequest = 1 } = contestant;
  const id = (quantity: string) => ['peers', label, clients, quantity];
  const values = (of: (slice: Slice) => number) => slices.map(of);
  const cpu = values((slice) => slice.serverCpuSecondsPerThousand / perRequest);
  return [
    figure(
      id('per second'),
      '1/s',
      'more',
      values((slice) => slice.perSecond * perRequest),
    ),
    figure(
      id('p50'),
      'ms',
      'less',
      values((slice) => slice.p50Ms),
    ),
    figure(
      id('p99'),
      'ms',
      'less',
      values((slice) => slice.p99Ms),
    ),
    figure(id('CPU per 1,000'), 's', 'less', cpu),
    figure(id('memory'), 'MB', 'less', [memoryBytes / 1e6]),
    figure(
      id('load generator'),
      'processors',
      'less',
      values((slice) => slice.loadCpuShare),
    ),
  ];
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
