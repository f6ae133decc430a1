// Goal: folders are layers, and imports go one way. Method: the table of `layers.ts` over every
// import; then mistakes that are planted, which the table must find, and lint's own rules, which must find
// theirs.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LAYERS, violations } from './layers.ts';

const PLANTED: readonly [path: string, target: string][] = [
  ['src/log/planted.ts', '../store/memory.ts'],
  ['src/log/planted.ts', '../state-machine/kernel/state.ts'],
  ['src/streams/planted.ts', '../replica/replica.ts'],
  ['src/state-machine/kernel/planted.ts', '../../log/log.ts'],
  ['src/state-machine/kernel/planted.ts', 'node:fs'],
  ['src/replica/planted.ts', '../store/sqlite/store.ts'],
  ['src/replica/planted.ts', '../state-machine/kernel/apply.ts'],
  ['src/coordination/planted.ts', '../protocols/http/app.ts'],
  ['src/service/planted.ts', '../protocols/http/app.ts'],
  ['src/service/planted.ts', '../store/memory.ts'],
  ['src/protocols/http/planted.ts', '../../store/sqlite/store.ts'],
  ['src/protocols/http/planted.ts', '../../state-machine/kernel/apply.ts'],
  ['src/store/dynamodb/planted.ts', '../sqlite/store.ts'],
  ['src/store/dynamodb/planted.ts', '../../replica/replica.ts'],
  ['src/access/planted.ts', '../protocols/http/app.ts'],
  ['src/observability/planted.ts', '../service/service.ts'],
  ['src/log/planted.ts', '../observability/metrics.ts'],
  ['src/client/planted.ts', '../log/log.ts'],
  ['src/client/planted.ts', './aws/transport.ts'],
  ['src/fence/planted.ts', '../store/dynamodb/errors.ts'],
  ['src/planted.ts', './log/log.ts'],
  ['src/unlisted/planted.ts', '../assert.ts'],
  ['infra/planted.ts', '../src/log/log.ts'],
  ['functions/planted.ts', '../infra/table.ts'],
  ['test/planted.ts', '../bench/figures.ts'],
  ['test/log/planted.ts', '../../bench/figures.ts'],
  ['test/support/planted.ts', '../simulation/simulate.ts'],
  ['console/src/state/planted.ts', '../../../src/client/client.ts'],
  ['bench/planted.ts', '../test/simulation/simulate.ts'],
  ['bench/peers/planted.ts', '../../test/soak/soak.ts'],
];

describe('imports go one way', () => {
  test.each(['src', 'functions', 'infra', 'console/src', 'test', 'bench'])('in %s', async (folder) => {
    const found: string[] = [];
    for (const path of await sourcesOf(folder)) found.push(...violations(path, await readFile(path, 'utf8')));
    expect(found).toEqual([]);
  });

  test('every folder is in the table, and the table names no other', async () => {
    const folders = new Set((await sourcesOf('src')).map((path) => dirname(path).slice('src/'.length)));
    folders.delete('');
    expect(Object.keys(LAYERS).toSorted()).toEqual([...folders].toSorted());
  });

  test.each(PLANTED)('not from %s to %s', (path, target) => {
    expect(violations(path, `import { x } from '${target}';\n`)).toHaveLength(1);
    expect(violations(path, `import {\n  x,\n} from '${target}';\n`)).toHaveLength(1);
    expect(violations(path, `const x = await import('${target}');\n`)).toHaveLength(1);
  });

  test('an import that goes down is fine', () => {
    expect(violations('src/replica/fine.ts', "import { Log } from '../log/log.ts';\n")).toEqual([]);
  });
});

const MISTAKES: readonly [path: string, code: string, rule: string][] = [
  ['src/state-machine/kernel/planted.ts', 'export const now = () => Date.now();', 'noRestrictedGlobals'],
  ['src/log/planted.ts', 'export const chance = () => Math.random();', 'plugin'],
  ['src/log/segment.ts', 'export const now = () => Date.now();', 'noRestrictedGlobals'],
  ['src/log/step.ts', 'export const now = () => Date.now();', 'noRestrictedGlobals'],
  ['src/client/planted.ts', "export { string } from 'zod';", 'noRestrictedImports'],
  ['src/protocols/http/planted.ts', "export const home = () => process.env['HOME'];", 'noProcessEnv'],
  ['src/log/planted.ts', 'export const x: any = 1;', 'noExplicitAny'],
];

describe('lint keeps the rest', () => {
  let folder: string;
  let findings: readonly string[];
  const planted = MISTAKES.map(([path, code, rule], index) => ({
    path: path.replace('planted', `planted-${index}`),
    code,
    rule,
  }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ordinal-lint-'));
    const settings = JSON.parse(await readFile('.biome.json', 'utf8'));
    delete settings.vcs;
    await plant('.biome.json', JSON.stringify(settings));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    await cp('test/lint', join(folder, 'test/lint'), { recursive: true });
    for (const { path, code } of planted) await plant(path, code);
    findings = (await lint()).split('\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(planted)('$rule in $path', ({ path, rule }) => {
    const here = findings.filter((line) => line.includes(`/${path},line=`));
    expect(here.join('\n')).toContain(rule);
  });

  test('every file that lint has a rule for is there', async () => {
    const { overrides } = JSON.parse(await readFile('.biome.json', 'utf8'));
    const named: string[] = overrides.flatMap(({ includes }: { includes: string[] }) => includes);
    const files = named.filter((path) => !path.includes('*'));
    expect(files).toContain('src/log/segment.ts');
    expect(files.filter((path) => !existsSync(path))).toEqual([]);
  });

  async function plant(path: string, code: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), code);
  }

  function lint(): Promise<string> {
    const biome = resolve('node_modules/.bin/biome');
    const args = ['lint', '--reporter=github', '--max-diagnostics=none', 'src'];
    return new Promise((settle) => {
      execFile(biome, args, { cwd: folder }, (_error, stdout, stderr) => settle(stdout + stderr));
    });
  }
});

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => `${folder}/${name}`);
}
