// What a slice of time has brought: how many answers, how long they took, and what server and load generator
// used.

import { quantile } from '../figures.ts';
import { cpuSeconds } from './process-meter.ts';

export interface Slice {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuSecondsPerThousand: number;
  /** How busy the load generator itself was, of one processor: near 1 it is what limits. */
  readonly loadCpuShare: number;
}

export class Meter {
  waitsMs: number[] = [];
  readonly #pid: number;
  readonly #serverCpu: number;
  readonly #ownCpu: NodeJS.CpuUsage;
  readonly #startedAt: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#serverCpu = cpuSeconds(pid);
    // To look at all processes takes some milliseconds, which are not part of what is measured.
    this.#ownCpu = process.cpuUsage();
    this.#startedAt = performance.now();
  }

  finish(): Slice {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const own = process.cpuUsage(this.#ownCpu);
    const server = cpuSeconds(this.#pid) - this.#serverCpu;
    const sorted = Float64Array.from(this.waitsMs).sort();
    return {
      perSecond: sorted.length / seconds,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      serverCpuSecondsPerThousand: (server * 1000) / sorted.length,
      loadCpuShare: (own.user + own.system) / 1e6 / seconds,
    };
  }
}
