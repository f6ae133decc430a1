// What a real ZooKeeper has said, kept for tests on machines without one.

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Stage, Transcript } from '../support/zookeeper/play.ts';
import { play } from '../support/zookeeper/play.ts';
import type { Sequence } from '../support/zookeeper/steps.ts';
import { EXAMPLES } from './examples.ts';
import { sequence } from './sequences.ts';

export interface Recorded {
  readonly name: string;
  readonly sequence: Sequence;
  readonly transcript: Transcript;
}

const FILE = 'test/zookeeper/recorded.jsonl';
const RANDOM_SEQUENCES = 50;
const SEED = 1;

/** Needs a server whose shortest time-outs are short. */
export async function record(stage: Stage): Promise<number> {
  const random = fc.sample(sequence, { numRuns: RANDOM_SEQUENCES, seed: SEED });
  const all = [
    ...EXAMPLES,
    ...random.map((one, index) => ({ name: `random sequence ${index}`, sequence: one })),
  ];
  const lines: string[] = [];
  for (const [index, { name, sequence: steps }] of all.entries()) {
    const recorded: Recorded = { name, sequence: steps, transcript: await play(stage, `q${index}`, steps) };
    lines.push(JSON.stringify(recorded));
  }
  writeFileSync(FILE, `${lines.join('\n')}\n`);
  return lines.length;
}

export function recorded(): Recorded[] {
  const lines = readFileSync(FILE, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Recorded);
}
