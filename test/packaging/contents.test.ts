// Goal: the packed file holds what a user needs and nothing else, and every tool finds its way in it. Method: the
// list of its files, their text, and the two checkers that the authors of packages use.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type Packed, pack } from '../support/pack.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** The checkers read thousands of files, which takes long on a busy machine. */
const HANGS_AFTER_MS = 120_000;

/** 1.6 MB packed and 5.7 MB unpacked when this was written. */
const PACKED_BYTES_MAX = 2_500_000;
const UNPACKED_BYTES_MAX = 9_000_000;

/** Everything that may be in the package; each pattern must also match something. */
const CONTENTS: readonly RegExp[] = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
  /^docs\/(?:[\w-]+\/)*[\w-]+\.(?:md|svg|png)$/,
  // The library: modules and their declarations.
  /^dist\/(?:src|functions|infra)\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts)$/,
  // The command line as a bundle, and what it has of others.
  /^dist\/command\/[\w-]+\.js$/,
  /^dist\/(?:bundles|command)\/THIRD-PARTY-LICENSES\.txt$/,
  // The functions as bundles. Their maps have no source text: with them a stack trace in the logs of a deployment
  // names the file and the line in the source.
  /^dist\/bundles\/(?:api|maintenance|web)\/[\w-]+\.m?js(?:\.map)?$/,
  // The console: the page, its assets and their licences in one file, for a server and for each function.
  /^dist\/console\.json$/,
  /^dist\/bundles\/(?:api|web)\/console\.json$/,
  // A Web Function is one ES module by its folder.
  /^dist\/bundles\/web\/package\.json$/,
];

let packed: Packed;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  packed = await pack();
  directory = await temporaryDirectory();
  await packed.unpack(directory.path);
}, HANGS_AFTER_MS);

afterAll(async () => {
  await packed.remove();
  await directory.remove();
});

async function textsOf(pattern: RegExp): Promise<[path: string, text: string][]> {
  const paths = packed.paths.filter((path) => pattern.test(path));
  return Promise.all(
    paths.map(
      async (path): Promise<[string, string]> => [path, await readFile(join(directory.path, path), 'utf8')],
    ),
  );
}

test('it holds what it should and nothing else', () => {
  expect(packed.paths.filter((path) => !CONTENTS.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const pattern of CONTENTS)
    expect(`${pattern}: ${packed.paths.some((path) => pattern.test(path))}`).toBe(`${pattern}: true`);
  // A declaration for each module of the library, and the other way round.
  const library = packed.paths.filter((path) => /^dist\/(?:src|functions|infra)\//.test(path));
  const modules = library.filter((path) => path.endsWith('.js')).map((path) => path.slice(0, -'.js'.length));
  const declared = library
    .filter((path) => path.endsWith('.d.ts'))
    .map((path) => path.slice(0, -'.d.ts'.length));
  expect(modules.toSorted()).toEqual(declared.toSorted());
});

test('it is small', () => {
  expect(packed.bytes).toBeLessThanOrEqual(PACKED_BYTES_MAX);
  expect(packed.unpackedBytes).toBeLessThanOrEqual(UNPACKED_BYTES_MAX);
});

test('what the manifest names is in it', () => {
  const named = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  for (const path of [...named, ...Object.values(manifest.bin)])
    expect(packed.paths).toContain(normalize(path));
});

test('the command is a program', async () => {
  const program = await readFile(join(directory.path, manifest.bin.ordinal), 'utf8');
  expect(program).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('no file names the folder that it was built in, or a map that is not there', async () => {
  const astray: string[] = [];
  for (const [path, text] of await textsOf(/\.(?:m?js|d\.ts|map|txt)$/)) {
    if (text.includes(resolve('.'))) astray.push(`${path} names ${resolve('.')}`);
    const [, map] = /^\/\/# sourceMappingURL=(\S+)$/m.exec(text) ?? [];
    if (map !== undefined && !packed.paths.includes(join(dirname(path), map)))
      astray.push(`${path} names ${map}`);
  }
  expect(astray).toEqual([]);
});

test('the maps have positions, and no source text', async () => {
  const maps = await textsOf(/\.map$/);
  expect(maps.length).toBeGreaterThan(0);
  for (const [path, text] of maps)
    expect(`${path} ${JSON.parse(text).sourcesContent}`).toBe(`${path} undefined`);
});

test('the documents that it holds link to one another', async () => {
  const missing: string[] = [];
  // The files of the sources are in the repository alone.
  const isElsewhere = (path: string) =>
    /^(?:src|test|bench|infra|examples|api-reports|CONTRIBUTING)\b/.test(path);
  for (const [document, text] of await textsOf(/\.md$/)) {
    for (const [, link = ''] of text.matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g)) {
      const path = normalize(join(dirname(document), link));
      if (!packed.paths.includes(path) && !isElsewhere(path)) missing.push(`${document} links to ${path}`);
    }
  }
  expect(missing).toEqual([]);
});

test('the licences of everything that is bundled are in it', async () => {
  const command = await readFile(join(directory.path, 'dist/command/THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['commander', 'string-width', '@hono/node-server'])
    expect(command).toContain(`\n${name} `);
  const functions = await readFile(join(directory.path, 'dist/bundles/THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['hono', 'zod', 'jose', '@aws-sdk/client-dynamodb'])
    expect(functions).toContain(`\n${name} `);
});

test('publint finds nothing', async () => {
  const tarball = await packed.read();
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(tarball).buffer },
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('the types of every entry point are found', { timeout: HANGS_AFTER_MS }, async () => {
  // The package is ES modules alone, so CommonJS programs import it dynamically, and Node 10 does not find it.
  const args = [packed.file, '--profile', 'esm-only', '--format', 'json'];
  const { stdout } = await promisify(execFile)('node_modules/.bin/attw', args, { maxBuffer: 50_000_000 });
  const { analysis } = JSON.parse(stdout) as {
    analysis: { entrypoints: Record<string, { resolutions: Record<string, Resolution> }> };
  };
  const found = Object.entries(analysis.entrypoints).map(([name, { resolutions }]) => [
    name,
    ...['node16-esm', 'bundler'].map((kind) => resolutions[kind]?.resolution?.isTypeScript),
  ]);
  const typed = Object.entries(manifest.exports).map(([name, target]) => [
    name,
    ...(typeof target === 'string' ? [false, false] : [true, true]),
  ]);
  expect(found).toEqual(typed);
});

interface Resolution {
  readonly resolution?: { readonly isTypeScript: boolean };
}
