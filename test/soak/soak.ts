// The soak: kills servers on one data directory while clients, openers, `doctor` and `backup` use it, and
// audits every chapter.

import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../support/seeded-random.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { auditChapter, digestOf } from './audit.ts';
import { Chapter } from './chapter.ts';
import { Crowd } from './crowd.ts';
import { Fleet } from './fleet.ts';
import { type KillCounts, killOne } from './kills.ts';
import { bundlePrograms, type Programs } from './programs.ts';
import { ask } from './requests.ts';
import { type VisitorCounts, Visitors } from './visitors.ts';

export interface SoakOptions {
  /** How many servers are killed. */
  readonly cycles: number;
  readonly seed: number;
  /** How many servers a directory has, directory by directory. */
  readonly servers: readonly number[];
  /** No cycle begins after this time. */
  readonly timeMaxMs?: number;
  /** A folder for the histories, one file for each chapter. */
  readonly histories?: string;
  readonly onProgress?: (totals: SoakTotals) => void;
}

export interface SoakTotals extends KillCounts, VisitorCounts {
  operations: number;
  unknown: number;
  directories: number;
  seconds: number;
}

export interface SoakResult {
  readonly totals: SoakTotals;
  /** What is wrong, or nothing. */
  readonly findings: readonly string[];
  /** The data directory of a finding, which is kept. */
  readonly evidence: string | undefined;
}

const CLIENTS = 10;
const CYCLES_OF_A_CHAPTER = 10;
/** A new directory begins after these. */
const CHAPTERS_OF_A_DIRECTORY = 10;
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const programs = await bundlePrograms();
  try {
    return await new Soak(options, programs).run();
  } finally {
    programs.close();
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #programs: Programs;
  readonly #random: SeededRandom;
  readonly #findings: string[] = [];
  readonly #startedAt = performance.now();
  readonly #totals: SoakTotals = {
    cycles: 0,
    killedEarly: 0,
    freezes: 0,
    openers: 0,
    openersSlowed: 0,
    openersKilled: 0,
    doctors: 0,
    backups: 0,
    operations: 0,
    unknown: 0,
    directories: 0,
    seconds: 0,
  };

  constructor(options: SoakOptions, programs: Programs) {
    this.#options = options;
    this.#programs = programs;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<SoakResult> {
    let evidence: string | undefined;
    while (!this.#isOver() && evidence === undefined) {
      const { path, remove } = await temporaryDirectory();
      const data = join(path, 'data');
      await mkdir(data);
      await this.#directory(data).catch((error: Error) => this.#find(error.stack ?? error.message));
      if (this.#findings.length === 0) await remove();
      else evidence = data;
    }
    return { totals: this.#totals, findings: this.#findings, evidence };
  }

  #find = (finding: string): void => {
    this.#findings.push(finding);
  };

  #isOver(): boolean {
    const { cycles, timeMaxMs = Number.POSITIVE_INFINITY } = this.#options;
    this.#totals.seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    return (
      this.#findings.length > 0 ||
      this.#totals.cycles >= cycles ||
      performance.now() - this.#startedAt > timeMaxMs
    );
  }

  async #directory(data: string): Promise<void> {
    const { servers } = this.#options;
    const size = servers[this.#totals.directories % servers.length] ?? 2;
    this.#totals.directories += 1;
    const fleet = new Fleet({ programs: this.#programs, data, servers: size, onFinding: this.#find });
    const digests = new Map<string, string>();
    for (let number = 1; number <= CHAPTERS_OF_A_DIRECTORY && !this.#isOver(); number += 1) {
      const chapter = new Chapter(`soak-${this.#totals.directories}-${number}`);
      await this.#chapter(chapter, fleet, data);
      for (const log of [chapter.log, chapter.namespace]) digests.set(log, await digestOf(data, log));
      this.#options.onProgress?.(this.#totals);
    }
    await fleet.close();
    await this.#auditAll(data, digests);
  }

  /** No log has changed since the end of its chapter. */
  async #auditAll(data: string, digests: ReadonlyMap<string, string>): Promise<void> {
    for (const [log, digest] of digests) {
      if ((await digestOf(data, log)) !== digest) this.#find(`${log} has changed after its chapter`);
    }
    const { code, output } = await this.#programs.doctor(data, [...digests.keys()]).ended;
    if (code !== 0) this.#find(`doctor ended with ${code} at last: ${output}`);
  }

  async #chapter(chapter: Chapter, fleet: Fleet, data: string): Promise<void> {
    const [random, findings, onFinding] = [this.#random, this.#findings, this.#find];
    await fleet.allReady();
    await createStream(fleet, chapter);
    const crowd = new Crowd({ chapter, clients: CLIENTS, random, urls: fleet.urls, onFinding });
    const visitors = new Visitors({ programs: this.#programs, data, chapter, random, onFinding });
    try {
      for (let cycle = 0; cycle < CYCLES_OF_A_CHAPTER && !this.#isOver(); cycle += 1) {
        await killOne({ fleet, chapter, random, totals: this.#totals, failed: () => findings.length > 0 });
      }
    } finally {
      fleet.wakeAll();
      await Promise.all([crowd.stop(), visitors.stop()]);
      this.#addUp(chapter, visitors);
    }
    await fleet.allReady();
    for (const fault of await auditChapter({ chapter, data, urls: fleet.urls() })) onFinding(fault);
    this.#export(chapter);
  }

  #addUp({ history }: Chapter, { counts }: Visitors): void {
    const totals = this.#totals;
    totals.operations += history.length;
    totals.unknown += history.filter((entry) => entry.return === null).length;
    totals.openers += counts.openers;
    totals.openersSlowed += counts.openersSlowed;
    totals.openersKilled += counts.openersKilled;
    totals.doctors += counts.doctors;
    totals.backups += counts.backups;
  }

  #export({ name, recorder }: Chapter): void {
    const { histories } = this.#options;
    if (histories !== undefined) writeFileSync(join(histories, `${name}.jsonl`), recorder.toJsonLines());
  }
}

async function createStream(fleet: Fleet, chapter: Chapter): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const [url = ''] = fleet.urls();
  const answered = await ask(`${url}/v1/stream/${chapter.name}`, 'PUT', { headers });
  if (typeof answered === 'string' || answered.status !== 201) {
    throw new Error(`the stream could not be created: ${JSON.stringify(answered)}`);
  }
}
