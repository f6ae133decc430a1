// Goal: the packed file is enough. Method: the README's command on a machine without global tools, on every version of
// Node; and a project in plain JavaScript that installs the construct. `npm run test:packed` says where they are.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { directory } from '../support/clean-up.ts';
import { environmentOf, firstClaim, firstClaimCommand } from '../support/first-claim.ts';
import { type Packed, pack } from '../support/pack.ts';

// biome-ignore lint/style/noProcessEnv: set by `npm run test:packed`
const given = process.env['ORDINAL_PACKED'];
const { nodes, npmCache }: { nodes: readonly string[]; npmCache: string } =
  given === undefined ? { nodes: [process.execPath], npmCache: '' } : JSON.parse(given);

/** npm installs from the network, on a busy machine. */
const HANGS_AFTER_MS = 400_000;

describe.skipIf(given === undefined)('the packed file', { timeout: HANGS_AFTER_MS }, () => {
  let packed: Packed;
  beforeAll(async () => {
    packed = await pack();
  }, HANGS_AFTER_MS);
  afterAll(() => packed.remove());

  test.each(nodes)('gives the first claim by one command, with %s', async (node) => {
    const machine = { directory: await directory(), node, npmCache };
    const answer = await firstClaim(machine, packed.file, firstClaimCommand());
    expect(JSON.parse(answer)).toEqual({ name: 'alice', owner: 'me', claimedAt: 1 });
    // What the command has claimed is on disk.
    expect(existsSync(join(machine.directory, 'work/.ordinal'))).toBe(true);
  });

  test('synthesises the construct in a project without a compiler', async () => {
    const path = await directory();
    const { devDependencies } = manifest;
    mkdirSync(join(path, 'home'));
    writeFileSync(join(path, 'package.json'), '{"private":true,"type":"module"}\n');
    writeFileSync(
      join(path, 'app.js'),
      `import { App, Stack } from 'aws-cdk-lib';
       import { Ordinal } from 'ordinal/cdk';
       const app = new App({ outdir: 'out' });
       new Ordinal(new Stack(app, 'Shop'), 'Ordinal', {});
       app.synth();`,
    );
    const machine = { directory: path, node: process.execPath, npmCache };
    const env = environmentOf(machine, join(path, 'home'));
    const cdk = ['aws-cdk-lib', 'constructs'] as const;
    const args = ['install', '--no-audit', '--no-fund', packed.file];
    execFileSync('npm', [...args, ...cdk.map((name) => `${name}@${devDependencies[name]}`)], {
      cwd: path,
      env,
      stdio: 'ignore',
    });
    for (const name of ['typescript', 'esbuild', 'tsx'])
      expect(`${name} ${existsSync(join(path, 'node_modules', name))}`).toBe(`${name} false`);
    await promisify(execFile)(process.execPath, ['app.js'], { cwd: path, env });
    const template = JSON.parse(await readFile(join(path, 'out/Shop.template.json'), 'utf8'));
    const types = Object.values(template.Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types).toContain('AWS::Lambda::Url');
  });
});
