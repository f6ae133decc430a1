// Goal: the bundles are small, each its own, and load. Method: they are made as for a deployment; a fresh process loads each.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf } from '../../functions/settings.ts';
import { bundle, MODULES } from '../../infra/bundle.ts';
import { OrdinalStack } from '../../infra/stack.ts';

const FUNCTION_BYTES_MAX = 500_000;
describe.each(['api', 'maintenance', 'web'] as const)('%s', (name) => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ordinal-bundle-'));
    bundle(name, directory);
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('is small, and has a source map', async () => {
    expect((await stat(join(directory, MODULES[name]))).size).toBeLessThanOrEqual(FUNCTION_BYTES_MAX);
    const map = JSON.parse(await readFile(join(directory, `${MODULES[name]}.map`), 'utf8'));
    expect(map.sources.join()).toContain(`functions/${name}.ts`);
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
