// Ours and a real ZooKeeper, side by side in one run: throughput and latency, by connections and by how many
// requests each has on its way.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from '../figures.ts';
import { LoadGenerator } from '../peers/load-generator.ts';
import type { Slice } from '../peers/meter.ts';
import { type Running, type System, start } from '../peers/running.ts';
import { say } from '../progress.ts';
import type { Job } from './load.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { ourSystem, realSystem } from './systems.ts';

export interface Shape {
  readonly connections: number;
  readonly depth: number;
}

export interface ZooKeeperForm {
  readonly shapes: readonly Shape[];
  readonly operations: readonly Operation[];
  /** Both are measured in turn, so often. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
  /** For the process of ours, such as those of a profile. */
  readonly nodeFlags: readonly string[];
}

export const ZOOKEEPER_FORM: ZooKeeperForm = {
  shapes: [1, 16, 64, 256]
    .map((connections) => ({ connections, depth: 1 }))
    .concat([{ connections: 16, depth: 16 }]),
  operations: OPERATIONS,
  rounds: 3,
  warmUpMs: 500,
  sliceMs: 500,
  slices: 2,
  nodeFlags: [],
};

export function shapeName({ connections, depth }: Shape): string {
  return depth === 1 ? String(connections) : `${connections} × ${depth}`;
}

export async function measureZooKeeper(form: ZooKeeperForm): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const generator = new LoadGenerator<Job, Slice[]>(directory, new URL('load.ts', import.meta.url).pathname);
  const running: { system: System; server: Running }[] = [];
  try {
    for (const system of [ourSystem(form.nodeFlags), realSystem]) {
      const lacking = system.missing();
      if (lacking !== undefined) say(`not measured: ${system.name}: ${lacking}`);
      else running.push({ system, server: await start(system, await mkdtemp(join(directory, 'data-'))) });
    }
    const figures: Figure[] = [];
    for (const operation of form.operations) {
      for (const shape of form.shapes)
        figures.push(...(await inTurn(form, operation, shape, running, generator)));
    }
    return figures;
  } finally {
    for (const { server } of running) await server.end();
    await rm(directory, { recursive: true });
  }
}

async function inTurn(
  form: ZooKeeperForm,
  operation: Operation,
  shape: Shape,
  running: readonly { system: System; server: Running }[],
  generator: LoadGenerator<Job, Slice[]>,
): Promise<Figure[]> {
  const slices = new Map<string, Slice[]>();
  for (let round = 0; round < form.rounds; round += 1) {
    for (const { system, server } of running) {
      say(`${system.name}, ${operation}, ${shapeName(shape)} connections, round ${round + 1}`);
      const { warmUpMs, sliceMs, slices: count } = form;
      const { port, pid } = server;
      const found = await generator.run({ operation, port, pid, ...shape, warmUpMs, sliceMs, slices: count });
      slices.set(system.name, [...(slices.get(system.name) ?? []), ...found]);
    }
  }
  return [...slices].flatMap(([name, all]) => figuresOf([`${name} ${operation}`, shapeName(shape)], all));
}

function figuresOf([label = '', shape = '']: readonly string[], slices: readonly Slice[]): Figure[] {
  const of = (quantity: string, unit: string, better: Figure['better'], value: (slice: Slice) => number) =>
    figure(['zookeeper', label, shape, quantity], unit, better, slices.map(value));
  return [
    of('per second', '/s', 'more', (slice) => slice.perSecond),
    of('p50', 'ms', 'less', (slice) => slice.p50Ms),
    of('p99', 'ms', 'less', (slice) => slice.p99Ms),
    of('CPU per 1,000', 's', 'less', (slice) => slice.serverCpuSecondsPerThousand),
    of('load generator busy', 'share', 'less', (slice) => slice.loadCpuShare),
  ];
}
