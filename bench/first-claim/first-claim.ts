// From the packed file to the first claim on a machine that has Node alone: how long the command of the
// README takes, and its parts one by one.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  environmentOf,
  firstClaim,
  firstClaimCommand,
  type Machine,
} from '../../test/support/first-claim.ts';
import { pack } from '../../test/support/pack.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { type Figure, figure, markdownTable, shown, valuesOf } from '../figures.ts';
import { say } from '../progress.ts';

/** In the order of a user's time. */
const PARTS = ['install', 'start', 'claim', 'the whole command'] as const;

type Times = Record<(typeof PARTS)[number], number>;

const CACHES = ['nothing', 'every package'] as const;

/** The packed file is there: `npm run build` and the packing come before. */
export async function measureFirstClaim(times: number): Promise<Figure[]> {
  const packed = await pack();
  const figures: Figure[] = [];
  const measured = new Map<(typeof CACHES)[number], Times[]>(CACHES.map((cache) => [cache, []]));
  for (let time = 1; time <= times; time += 1) {
    const { path, remove } = await temporaryDirectory();
    // The first finds an empty cache, the second what the first has fetched.
    for (const cache of CACHES) {
      const took = await measure(path, cache, packed.file);
      measured.get(cache)?.push(took);
      say(`${cache} in npm's cache, ${time} of ${times}: ${(took['the whole command'] / 1000).toFixed(1)} s`);
    }
    await remove();
  }
  await packed.remove();
  for (const [cache, all] of measured) {
    for (const part of PARTS) {
      const seconds = all.map((one) => one[part] / 1000);
      figures.push(figure(['first claim', cache, part], 's', 'less', seconds));
    }
  }
  return figures;
}

async function measure(path: string, cache: string, packedFile: string): Promise<Times> {
  const place = (name: string): Machine => ({
    directory: join(path, `${name} with ${cache}`),
    node: process.execPath,
    // The parts and the whole begin with equal caches.
    npmCache: join(path, `npm for ${name}`),
  });
  const parts = await measureParts(place('parts'), packedFile);
  const startedAt = performance.now();
  await firstClaim(place('whole'), packedFile, firstClaimCommand());
  return { ...parts, 'the whole command': performance.now() - startedAt };
}

async function measureParts(machine: Machine, packedFile: string): Promise<Omit<Times, 'the whole command'>> {
  const { directory, node } = machine;
  mkdirSync(join(directory, 'home'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}\n');
  const env = environmentOf(machine, join(directory, 'home'));
  const beginning = performance.now();
  const args = ['install', '--no-audit', '--no-fund', packedFile];
  execFileSync('npm', args, { cwd: directory, env, stdio: 'ignore' });
  const installed = performance.now();
  const program = join(directory, 'node_modules/.bin/ordinal');
  const server = spawn(node, [program, 'serve', '--port', '0'], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [greeting] = await once(server.stdout, 'data');
  const started = performance.now();
  const [url = ''] = /http:\S+/.exec(String(greeting)) ?? [];
  const { status } = await fetch(`${url}/v1/names/alice`, { method: 'PUT', body: '{"owner":"me"}' });
  if (status !== 201) throw new Error(`the claim was answered with ${status}`);
  const claimed = performance.now();
  const ended = once(server, 'exit');
  server.kill();
  await ended;
  return { install: installed - beginning, start: started - installed, claim: claimed - started };
}

export function firstClaimTable(figures: readonly Figure[]): string {
  const value = valuesOf(figures);
  const rows = PARTS.map((part) => [
    part,
    ...CACHES.map((cache) => shown(value('first claim', cache, part))),
  ]);
  return markdownTable(['s, with in the cache of npm', ...CACHES], rows);
}
