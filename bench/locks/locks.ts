// One lock and many contenders: how often a second it changes hands, and how long it is free in between.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from '../figures.ts';
import { type Running, type System, start } from '../peers/running.ts';
import { etcd, ordinal, zooKeeper } from '../peers/systems.ts';
import { say } from '../progress.ts';
import {
  type Contender,
  etcdContender,
  type NewContender,
  ordinalContender,
  zooKeeperContender,
} from './contenders.ts';

export interface LocksForm {
  readonly contenders: readonly number[];
  /** All are measured in turn, so often. */
  readonly rounds: number;
  readonly sliceMs: number;
}

interface Entrant {
  readonly label: string;
  readonly system: System;
  readonly contender: NewContender;
}

const ENTRANTS: readonly Entrant[] = [
  { label: 'Ordinal', system: ordinal, contender: ordinalContender },
  { label: 'etcd gateway', system: etcd, contender: etcdContender },
  { label: 'ZooKeeper', system: zooKeeper, contender: zooKeeperContender },
];

export async function measureLocks(form: LocksForm): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const running: { entrant: Entrant; server: Running }[] = [];
  try {
    for (const entrant of ENTRANTS) {
      const lacking = entrant.system.missing();
      if (lacking !== undefined) say(`not measured: ${entrant.label}: ${lacking}`);
      else
        running.push({
          entrant,
          server: await start(entrant.system, await mkdtemp(join(directory, 'data-'))),
        });
    }
    const figures: Figure[] = [];
    for (const count of form.contenders) {
      const samples = running.map(({ entrant }) => ({
        entrant,
        perSecond: [] as number[],
        handOverMs: [] as number[],
      }));
      for (let round = 0; round < form.rounds; round += 1) {
        for (const [index, { entrant, server }] of running.entries()) {
          say(`${entrant.label}, ${count} contenders, round ${round + 1}`);
          const slice = await contend(entrant, server.port, count, form.sliceMs);
          samples[index]?.perSecond.push(slice.perSecond);
          samples[index]?.handOverMs.push(slice.handOverMs);
        }
      }
      for (const { entrant, perSecond, handOverMs } of samples) {
        figures.push(figure(['locks', entrant.label, count, 'cycles per second'], '/s', 'more', perSecond));
        figures.push(figure(['locks', entrant.label, count, 'hand-over'], 'ms', 'less', handOverMs));
      }
    }
    return figures;
  } finally {
    for (const { server } of running) await server.end();
    await rm(directory, { recursive: true });
  }
}

/** All take and release the lock again and again. What is timed begins when each has held it. */
async function contend(
  { contender }: Entrant,
  port: number,
  count: number,
  sliceMs: number,
): Promise<{ perSecond: number; handOverMs: number }> {
  const contenders = await Promise.all(Array.from({ length: count }, (_, index) => contender(port, index)));
  let cycles = 0;
  let releasedAt: number | undefined;
  let holders = 0;
  const gaps: number[] = [];
  let isOver = false;
  const cycle = async (one: Contender) => {
    await one.acquire();
    holders += 1;
    if (holders !== 1) throw new Error('two hold the lock at once');
    if (releasedAt !== undefined) gaps.push(performance.now() - releasedAt);
    cycles += 1;
    holders -= 1;
    releasedAt = performance.now();
    await one.release();
  };
  await Promise.all(contenders.map(cycle));
  cycles = 0;
  gaps.length = 0;
  const startedAt = performance.now();
  const loops = contenders.map(async (one) => {
    while (!isOver) await cycle(one);
  });
  await new Promise((resolve) => setTimeout(resolve, sliceMs));
  const perSecond = (cycles * 1000) / (performance.now() - startedAt);
  isOver = true;
  await Promise.all(loops);
  for (const one of contenders) one.close();
  const sorted = gaps.toSorted((one, other) => one - other);
  return { perSecond, handOverMs: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}
