// Goal: the package installs and loads light. Method: the packed file, unpacked in a folder with nothing but what
// npm would install beside it; and the graph of the client's modules.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packed, pack } from '../support/pack.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { optional?: boolean }>;
}

interface LockFile {
  readonly packages: Record<string, { readonly dependencies?: Record<string, string> }>;
}

/** Synthesis works on a lot of files, which takes long on a busy machine. */
const HANGS_AFTER_MS = 120_000;

const manifest: Manifest = JSON.parse(await readFile('package.json', 'utf8'));

const { packages }: LockFile = JSON.parse(await readFile('package-lock.json', 'utf8'));

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
}, HANGS_AFTER_MS);
afterAll(() => packed.remove());

/** What npm installs beside this package for those who depend on it and on `peers`. */
function installedPackages(peers: readonly string[]): string[] {
  const places = new Set<string>();
  const add = (name: string, from: string) => {
    const place = placeOf(name, from);
    if (places.has(place)) return;
    places.add(place);
    for (const needed of Object.keys(packages[place]?.dependencies ?? {})) add(needed, place);
  };
  for (const name of [...Object.keys(manifest.dependencies), ...peers]) add(name, '');
  // A package inside of another one comes with it.
  const outermost = [...places].filter((place) => place.lastIndexOf('node_modules/') === 0);
  return outermost.map((place) => place.slice('node_modules/'.length));
}

/** Where the package at `from` finds the package `name`: the nearest `node_modules` that holds it. */
function placeOf(name: string, from: string): string {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (packages[place]) return place;
  if (from === '') throw new Error(`the lock file has no ${name}`);
  const outer = from.lastIndexOf('/node_modules/');
  return placeOf(name, outer < 0 ? '' : from.slice(0, outer));
}

function withoutComments(code: string): string {
  return code.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '');
}

/** A folder where npm has installed this package with `--omit=peer`, and `peers` beside it. */
async function installation(...peers: string[]) {
  const { path, remove } = await temporaryDirectory();
  await packed.unpack(join(path, 'node_modules/ordinal'));
  for (const name of installedPackages(peers)) {
    const place = join(path, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(resolve('node_modules', name), place);
  }
  const run = async (code: string) => {
    // Without the flag Node would look beside what the links lead to, where everything is.
    const args = ['--preserve-symlinks', '--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: path });
    return stdout.trim();
  };
  return { path, remove, run };
}

describe('with dependencies alone', () => {
  let installed: Awaited<ReturnType<typeof installation>>;
  beforeAll(async () => {
    installed = await installation();
  });
  afterAll(() => installed.remove());

  test('no SDK, emulator, bundler, loader or native module is among them', () => {
    const heavy = /aws|smithy|dynoxide|dynalite|esbuild|tsx|sqlite|node-gyp|node-addon/;
    expect(installedPackages([]).filter((name) => heavy.test(name))).toEqual([]);
  });

  test('the library appends to a store in memory', async () => {
    const code = `
      import { Log, MemoryStore } from 'ordinal';
      const { kind, last } = await new Log(new MemoryStore(), 'orders').append([Buffer.from('one')]);
      console.log(kind, last);`;
    expect(await installed.run(code)).toBe('appended 1');
  });

  test('the command serves the console', async () => {
    const main = join(installed.path, 'node_modules/ordinal/dist/command/main.js');
    const flags = ['--preserve-symlinks', '--preserve-symlinks-main'];
    const server = spawn(process.execPath, [...flags, main, 'serve', '--store', 'memory', '--port', '0']);
    let url: string | undefined;
    for await (const chunk of server.stdout) {
      url = /Ordinal is at (\S+)/.exec(String(chunk))?.[1];
      break;
    }
    const page = await fetch(`${url}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    server.kill('SIGKILL');
    await once(server, 'exit');
  });

  test('the SQLite store says what to install', async () => {
    const code = `
      import { SqliteStore } from 'ordinal/sqlite';
      try { new SqliteStore('data'); } catch (error) { console.log(error.message); }`;
    expect(await installed.run(code)).toBe(
      'the SQLite store needs the package @photostructure/sqlite: npm install @photostructure/sqlite',
    );
  });

  test('the DynamoDB store asks for its SDK', async () => {
    await expect(installed.run("await import('ordinal/dynamodb')")).rejects.toThrow(
      "Cannot find package '@aws-sdk/client-dynamodb'",
    );
  });

  test.each([
    ["signedTransport({ region: 'eu-west-1' })", '@aws-crypto/sha256-js'],
    ["lambdaTransport({}, 'function')", '@aws-sdk/client-lambda'],
  ])('the request of %s fails definitely, and says what to install', async (transport, name) => {
    const code = `
      import { connect } from 'ordinal/client';
      import { lambdaTransport, signedTransport } from 'ordinal/client/aws';
      const answer = await connect(${transport}).names().claim('alice', 'me');
      console.log(answer.kind, answer.definite, answer.message);`;
    const answer = await installed.run(code);
    expect(answer).toContain(`the request needs the package ${name}: npm install ${name}`);
    expect(answer).toMatch(/^\S+ true /);
  });
});

test('the DynamoDB store needs its SDK alone', async () => {
  const { run, remove } = await installation('@aws-sdk/client-dynamodb');
  const code = `
    import { DynamoDbStore, dynamoDbClient } from 'ordinal/dynamodb';
    const store = new DynamoDbStore({ client: dynamoDbClient({ region: 'eu-west-1' }), table: 'ordinal' });
    console.log(store.traits.name);
    await store.close();`;
  expect(await run(code)).toBe('dynamodb');
  await remove();
});

test('the construct needs CDK alone, and brings the code of its functions', {
  timeout: HANGS_AFTER_MS,
}, async () => {
  const { path, run, remove } = await installation('aws-cdk-lib', 'constructs');
  const heavy = ['esbuild', 'typescript', 'tsx'].filter((name) =>
    existsSync(join(path, 'node_modules', name)),
  );
  expect(heavy).toEqual([]);
  await run(`
    import { App, Stack } from 'aws-cdk-lib';
    import { Ordinal } from 'ordinal/cdk';
    const app = new App({ outdir: 'out' });
    new Ordinal(new Stack(app, 'Shop'), 'Ordinal', {});
    app.synth();`);
  const assets = (await readdir(join(path, 'out'))).filter((name) => name.startsWith('asset.'));
  const files = await Promise.all(assets.map((name) => readdir(join(path, 'out', name))));
  expect(files).toEqual([
    expect.arrayContaining(['index.mjs', 'index.mjs.map']),
    expect.arrayContaining(['index.mjs', 'index.mjs.map']),
  ]);
  await remove();
});

test('`ordinal/fence` loads its own folder and the clock, and no package', async () => {
  const { metafile } = await build({
    entryPoints: ['dist/src/fence.js'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
  });
  const modules = Object.keys(metafile.inputs);
  expect(modules).toContain('dist/src/fence/dynamodb.js');
  expect(modules.filter((path) => !path.startsWith('dist/src/fence/')).toSorted()).toEqual([
    'dist/src/clock.js',
    'dist/src/fence.js',
  ]);
});

/** Of a file, and of those that are loaded with it. */
function bytesLoaded(outputs: Metafile['outputs'], path: string): number {
  const loaded = new Set([path]);
  for (const file of loaded) {
    const imports = outputs[file]?.imports ?? [];
    for (const { path: target } of imports.filter(({ kind }) => kind === 'import-statement'))
      loaded.add(target);
  }
  return [...loaded].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}

describe('the modules of `ordinal/client`', () => {
  let modules: string[];
  let bytes: number;
  beforeAll(async () => {
    const { metafile } = await build({
      entryPoints: ['dist/src/client.js'],
      bundle: true,
      // Fails on a built-in module of Node.
      platform: 'browser',
      format: 'esm',
      splitting: true,
      outdir: 'out',
      write: false,
      metafile: true,
      minify: true,
    });
    modules = Object.keys(metafile.inputs);
    bytes = bytesLoaded(metafile.outputs, 'out/client.js');
  });

  test('are its own folder, the clock, JSON as text, the limits and the rules of names, and zod', () => {
    const packages = modules.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
    expect([...new Set(packages)].filter((name) => name !== undefined)).toEqual(['zod']);
    const own = modules.filter((path) => !path.includes('node_modules/'));
    expect(own.filter((path) => !/^dist\/src\/client\/[\w-]+\.js$/.test(path)).toSorted()).toEqual([
      'dist/src/api/error.js',
      'dist/src/client.js',
      'dist/src/clock.js',
      'dist/src/json-text.js',
      'dist/src/limits.js',
      'dist/src/resource-names.js',
    ]);
  });

  test('use nothing of Node', async () => {
    const own = modules.filter((path) => !path.includes('node_modules/'));
    const sources = await Promise.all(own.map((path) => readFile(path, 'utf8')));
    const used = own.filter((_path, index) =>
      /\b(?:Buffer|process|global)\b\s*[.[(]|\bfrom 'node:|\.unref\(/.test(
        withoutComments(sources[index] ?? ''),
      ),
    );
    expect(used).toEqual([]);
  });

  test('leave the larger half of zod out', () => {
    expect(modules.filter((path) => path.includes('/zod/v4/classic/'))).toEqual([]);
  });

  // With a client for each resource, the queue of appends, and what of zod they use. The rest is loaded on demand.
  test('are small', () => {
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(68_000);
  });
});

test('what the built package imports, its manifest names', async () => {
  const named = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
  const missing = new Set<string>();
  for (const name of await readdir('dist', { recursive: true })) {
    if (!/^(?:src|infra|functions)\/.*\.(?:js|d\.ts)$/.test(name)) continue;
    const source = await readFile(join('dist', name), 'utf8');
    for (const [, target = ''] of source.matchAll(/(?:\bfrom|\bimport)\s*\(?['"]([@\w][\w@/.:-]*)['"]/g)) {
      const [, imported = ''] = /^((?:@[^/]+\/)?[^/]+)/.exec(target) ?? [];
      if (!target.startsWith('node:') && !named.has(imported)) missing.add(`${name} imports ${imported}`);
    }
  }
  expect([...missing]).toEqual([]);
});

test('npm installs the binding of SQLite for the server, and no other peer by itself', () => {
  const installed = Object.keys(manifest.peerDependencies).filter(
    (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
  );
  expect(installed).toEqual(['@photostructure/sqlite']);
});
