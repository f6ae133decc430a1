// Goal: the layers of src/README.md are kept by lint. Method: a folder with the project's own lint settings and one planted mistake
// per file; the linter must name the rule for each.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MISTAKES: readonly [path: string, code: string, rule: string][] = [
  [
    'src/log/planted.ts',
    "import { MemoryStore } from '../store/memory.ts';\nnew MemoryStore();",
    'noRestrictedImports',
  ],
  [
    'src/log/planted.ts',
    "import { State } from '../state-machine/state.ts';\nnew State();",
    'noRestrictedImports',
  ],
  [
    'src/streams/planted.ts',
    "import { Replica } from '../replica/replica.ts';\nvoid Replica;",
    'noRestrictedImports',
  ],
  ['src/state-machine/planted.ts', "import { Log } from '../log/log.ts';\nvoid Log;", 'noRestrictedImports'],
  [
    'src/state-machine/planted.ts',
    "import { readFileSync } from 'node:fs';\nreadFileSync('x');",
    'noRestrictedImports',
  ],
  ['src/state-machine/planted.ts', 'export const now = () => Date.now();', 'noRestrictedGlobals'],
  [
    'src/replica/planted.ts',
    "import { SqliteStore } from '../store/sqlite/store.ts';\nvoid SqliteStore;",
    'noRestrictedImports',
  ],
  [
    'src/coordination/planted.ts',
    "import { createApp } from '../http/app.ts';\nvoid createApp;",
    'noRestrictedImports',
  ],
  [
    'src/http/planted.ts',
    "import { SqliteStore } from '../store/sqlite/store.ts';\nvoid SqliteStore;",
    'noRestrictedImports',
  ],
  [
    'src/http/planted.ts',
    "import { apply } from '../state-machine/apply.ts';\nvoid apply;",
    'noRestrictedImports',
  ],
  [
    'src/store/dynamodb/planted.ts',
    "import { Replica } from '../../replica/replica.ts';\nvoid Replica;",
    'noRestrictedImports',
  ],
  [
    'src/access/planted.ts',
    "import { createApp } from '../http/app.ts';\nvoid createApp;",
    'noRestrictedImports',
  ],
  ['src/client/planted.ts', "import { Log } from '../log/log.ts';\nvoid Log;", 'noRestrictedImports'],
  ['src/planted.ts', "import { Log } from './log/log.ts';\nvoid Log;", 'noRestrictedImports'],
  ['src/log/planted.ts', 'export const chance = () => Math.random();', 'plugin'],
  ['src/log/segment.ts', 'export const now = () => Date.now();', 'noRestrictedGlobals'],
  ['src/http/planted.ts', "export const home = () => process.env['HOME'];", 'noProcessEnv'],
  ['src/log/planted.ts', 'export const x: any = 1;', 'noExplicitAny'],
];

describe('lint keeps the layers apart', () => {
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
    await cp('src', join(folder, 'src'), { recursive: true });
    await cp('test/lint', join(folder, 'test/lint'), { recursive: true });
    for (const { path, code } of planted) await plant(path, code);
    await plant('src/replica/fine.ts', "import { Log } from '../log/log.ts';\n\nexport const use = Log;\n");
    findings = (await lint()).split('\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(planted)('$rule in $path', ({ path, rule }) => {
    const here = findings.filter((line) => line.includes(`/${path},line=`));
    expect(here.join('\n')).toContain(rule);
  });

  test('an import that goes down is fine', () => {
    expect(findings.filter((line) => line.includes('src/replica/fine.ts'))).toEqual([]);
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
