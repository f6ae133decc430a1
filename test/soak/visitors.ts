// Short-lived programs that use the data directory beside the servers: openers, `doctor` and `backup`.

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../support/seeded-random.ts';
import { recordsIn } from './audit.ts';
import type { Chapter, Outcome } from './chapter.ts';
import type { Program, Programs } from './programs.ts';

/** Client ids behind those of the crowd. */
const FIRST_OPENER = 1000;
const OPENER_PAUSE_MS = 150;
const DOCTOR_PAUSE_MS = 3000;
const BACKUP_PAUSE_MS = 5000;
const DELAY_MS_MAX = 80;
const OPENER_LIFE_MS_MAX = 600;

export interface VisitorsOptions {
  readonly programs: Programs;
  readonly data: string;
  readonly chapter: Chapter;
  readonly random: SeededRandom;
  readonly onFinding: (finding: string) => void;
}

export interface VisitorCounts {
  openers: number;
  openersSlowed: number;
  openersKilled: number;
  doctors: number;
  backups: number;
}

export class Visitors {
  readonly counts: VisitorCounts = { openers: 0, openersSlowed: 0, openersKilled: 0, doctors: 0, backups: 0 };
  readonly #options: VisitorsOptions;
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[];

  constructor(options: VisitorsOptions) {
    this.#options = options;
    this.#loops = [
      this.#again(OPENER_PAUSE_MS, () => this.#opener()),
      this.#again(DOCTOR_PAUSE_MS, () => this.#doctor()),
      this.#again(BACKUP_PAUSE_MS, () => this.#backup()),
    ];
  }

  /** Resolves when the last program has exited. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #again(pauseMs: number, visit: () => Promise<void>): Promise<void> {
    const { random, onFinding } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(random.below(2 * pauseMs), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await visit().catch((error: Error) => onFinding(error.message));
    }
  }

  /** Each opener is a client of its own in the history. */
  async #opener(): Promise<void> {
    const { programs, data, chapter, random } = this.#options;
    this.counts.openers += 1;
    const id = FIRST_OPENER + this.counts.openers;
    const appends = random.chance(0.6);
    const text = `c${id}.0.0`;
    const delayMs = random.chance(0.3) ? 1 + random.below(DELAY_MS_MAX) : 0;
    if (delayMs > 0) this.counts.openersSlowed += 1;
    const asked = appends
      ? { operation: 'append', arguments: { texts: [text] } }
      : { operation: 'tail', arguments: {} };
    const done = chapter.call(id, asked);
    const append = appends ? { append: JSON.stringify(text) } : {};
    const program = programs.opener({ data, log: chapter.log, delayMs, ...append });
    await this.#disturb(program);
    done(await this.#outcomeOf(program, id));
  }

  async #disturb({ child }: Program): Promise<void> {
    const { random } = this.#options;
    const kills = random.chance(0.2);
    const freezes = random.chance(0.2);
    if (!kills && !freezes) return;
    await sleep(random.below(OPENER_LIFE_MS_MAX));
    if (freezes && child.exitCode === null) {
      child.kill('SIGSTOP');
      await sleep(random.below(OPENER_LIFE_MS_MAX));
      child.kill('SIGCONT');
    }
    if (kills && child.exitCode === null && child.kill('SIGKILL')) this.counts.openersKilled += 1;
  }

  async #outcomeOf({ ended }: Program, id: number): Promise<Outcome> {
    const { code, signal, output } = await ended;
    // The kill may have come after the answer.
    if (signal === 'SIGKILL' && !output.includes('}\n')) return 'unknown';
    if (code !== 0 && signal === null) {
      this.#options.onFinding(`opener ${id} ended with ${code}: ${output}`);
      return 'unknown';
    }
    const answer = JSON.parse(output) as { kind: string; first?: number; tail?: number; definite?: boolean };
    switch (answer.kind) {
      case 'appended':
        return { result: { kind: 'appended', first: answer.first } };
      case 'tail':
        return { result: { tail: answer.tail } };
      case 'failed':
        return answer.definite ? 'nothing' : 'unknown';
      default:
        this.#options.onFinding(`opener ${id} was told: ${output}`);
        return 'unknown';
    }
  }

  async #doctor(): Promise<void> {
    const { programs, data, chapter } = this.#options;
    this.counts.doctors += 1;
    await this.#sound(programs, data, chapter, 'the data directory');
  }

  /** A copy is sound, and holds what was acknowledged before it began. */
  async #backup(): Promise<void> {
    const { programs, data, chapter, onFinding } = this.#options;
    const before = acknowledgedIn(chapter);
    const to = `${data}-backup-${randomUUID()}`;
    try {
      this.counts.backups += 1;
      const { code, output } = await programs.backup(data, to).ended;
      if (code !== 0) return onFinding(`backup ended with ${code}: ${output}`);
      await this.#sound(programs, to, chapter, 'a backup');
      const records = await recordsIn(to, chapter.log);
      for (const [text, position] of before) {
        if (records[position - 1]?.text !== text) {
          onFinding(`a backup lacks ${text}, which had been acknowledged at ${position} before`);
        }
      }
    } finally {
      await rm(to, { recursive: true, force: true });
    }
  }

  async #sound(programs: Programs, data: string, { log, namespace }: Chapter, what: string): Promise<void> {
    const { code, output } = await programs.doctor(data, [log, namespace]).ended;
    if (code !== 0) this.#options.onFinding(`doctor about ${what} ended with ${code}: ${output}`);
  }
}

function acknowledgedIn({ history }: Chapter): Map<string, number> {
  const found = new Map<string, number>();
  for (const { operation, arguments: args, result } of history) {
    const answer = result as { kind?: string; first?: number } | null;
    if (operation !== 'append' || answer?.kind !== 'appended' || answer.first === undefined) continue;
    const { texts } = args as { texts: readonly string[] };
    for (const [index, text] of texts.entries()) found.set(text, answer.first + index);
  }
  return found;
}
