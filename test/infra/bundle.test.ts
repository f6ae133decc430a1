// Goal: the bundles are small, each its own, and load. Method: they are made as for a deployment; a fresh process loads each.

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../functions/settings.ts';
import { bundle, MODULES } from '../../infra/bundle.ts';
import { OrdinalStack } from '../../infra/stack.ts';

/** Of what a cold start loads: the time that this takes grows with it. */
const LOADED_BYTES_MAX = 500_000;
/** What a cold start has no need of: checks of tokens, the OpenAPI document, the larger half of Zod. */
const NOT_LOADED = /\/jose\/|\/openapi|\/zod\/v4\/(classic|core\/to-json-schema)/;

describe.each(['api', 'maintenance', 'web'] as const)('%s', (name) => {
  let directory: string;
  let loaded: string[];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ordinal-bundle-'));
    loaded = bundle(name, directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('loads little, and has source maps', async () => {
    expect(loaded[0]).toBe(join(directory, MODULES[name]));
    const sizes = await Promise.all(loaded.map(async (file) => (await stat(file)).size));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(LOADED_BYTES_MAX);
    const maps = await Promise.all(
      loaded.map(async (file) => JSON.parse(await readFile(`${file}.map`, 'utf8'))),
    );
    const sources: string[] = maps.flatMap((map) => map.sources);
    expect(sources.join()).toContain(`functions/${name}.ts`);
    expect(sources.filter((source) => NOT_LOADED.test(source))).toEqual([]);
  });

  test('loads the rest on demand', async () => {
    const modules = (await readdir(directory)).filter((file) => /\.m?js$/.test(file));
    const rest = modules.filter((file) => !loaded.includes(join(directory, file)));
    const exported = await Promise.all(
      rest.map(async (file) => Object.keys(await import(pathToFileURL(join(directory, file)).href))),
    );
    const onDemand = name === 'maintenance' ? [] : ['admitJwt', 'openApiDocument'];
    expect(exported.flat()).toEqual(expect.arrayContaining(['fromHttp', ...onDemand]));
  });

  test('loads in a fresh process, and says what is wrong with its settings', async () => {
    const load = (env: Record<string, string>) =>
      promisify(execFile)(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          `const m = await import('./${MODULES[name]}'); console.log(Object.keys(m).join() || 'listens'); process.exit(0);`,
        ],
        { cwd: directory, env: { AWS_REGION: 'us-east-1', AWS_LAMBDA_HTTP_ENDPOINT: '127.0.0.1:0', ...env } },
      );
    const settings = {
      table: 't',
      access: { kind: 'iam' },
      namespaces: ['default'],
      longPollMs: 1,
      responseStreaming: false,
      console: false,
    } as const;
    const { stdout } = await load(environmentOf(settings));
    expect(stdout.trim()).toBe(name === 'web' ? 'listens' : 'handler');
    await expect(load({})).rejects.toThrow('ORDINAL_TABLE');
  });
});

/** No measure of anything: synthesis bundles every function, which takes long on a busy machine. */
const HANGS_AFTER_MS = 120_000;

test('each function of the stack has its own code', { timeout: HANGS_AFTER_MS }, () => {
  const template = Template.fromStack(new OrdinalStack(new App(), 'Ordinal', {}));
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(functions.length).toBe(2);
  expect(new Set(functions.map(({ Properties }) => Properties.Code.S3Key)).size).toBe(2);
});
