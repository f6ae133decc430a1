// Goal: what the README and the deployment guide say is true. Method: their commands and snippets are run as
// they stand. `bench/counted-costs.test.ts` counts their figures anew.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { dynaliteKind } from './support/emulators.ts';
import { runServer, startServer } from './support/server-process.ts';
import { signedBy } from './support/signed-by.ts';
import { temporaryDirectory } from './support/temporary.ts';

/** No measure of anything: synthesis bundles every function, which takes long on a busy machine. */
const HANGS_AFTER_MS = 120_000;

const shell = promisify(execFile);
// biome-ignore lint/style/noProcessEnv: commands under test inherit no more than this
const PATH_ONLY = process.env['PATH'] ?? '';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const readme = await readFile('README.md', 'utf8');
const deployment = await readFile('docs/deployment.md', 'utf8');
const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };

function blocks(document: string, language: string): string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1] ?? '',
  );
}

/** Runs the code as a program that depends on this package would. */
async function runModule(code: string, env: Record<string, string>): Promise<string> {
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await shell(process.execPath, args, {
    cwd: resolve('.'),
    env: { ...env, PATH: PATH_ONLY },
  });
  return stdout;
}

describe('README.md', () => {
  test('the console session gives what it shows', async () => {
    const { path, remove } = await temporaryDirectory();
    const server = await startServer(['--data', path]);
    const [session = ''] = blocks(readme, 'console');
    const steps = session.split(/^\$ /m).filter(Boolean);
    expect(steps.length).toBeGreaterThan(4);
    for (const step of steps) {
      const [command = '', ...expected] = step.trimEnd().split('\n');
      const { stdout } = await shell('sh', [
        '-c',
        `${command.replace('http://127.0.0.1:4437', server.url)} -sS`,
      ]);
      expect(`${command}\n${stdout.trimEnd()}`).toBe(`${command}\n${expected.join('\n')}`);
    }
    expect(await server.end('SIGTERM')).toBe(0);
    await remove();
  });

  test('the library snippet runs', async () => {
    const { path, remove } = await temporaryDirectory();
    const [snippet = ''] = blocks(readme, 'js');
    const code = snippet.replace("'.ordinal'", JSON.stringify(path));
    const { stdout } = await shell(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: resolve('.'),
    });
    expect(stdout).toMatch(/kind: 'claimed'.*name: 'ålice', owner: 'me', claimedAt: 1/s);
    await remove();
  });

  test('the start command is the program that the process tests start', () => {
    expect(blocks(readme, 'sh')[0]).toBe('npm install && npm start\n');
    expect(manifest.scripts['start']).toBe('node --import tsx src/cli/main.ts');
  });

  test('the test command is what CI runs', async () => {
    expect(blocks(readme, 'sh')[1]).toBe('npm install && npm test\n');
    expect(await readFile('.ci/run', 'utf8')).toContain('\n  npm test\n');
  });
});

describe('docs/deployment.md', () => {
  test('the backup commands run', async () => {
    const { path, remove } = await temporaryDirectory();
    const server = await startServer(['--data', join(path, 'data')]);
    await fetch(`${server.url}/v1/names/alice`, { method: 'PUT', body: '{"owner":"me"}' });
    const block = blocks(deployment, 'sh').find((text) => text.includes('backup')) ?? '';
    const [backup, doctor] = block
      .trim()
      .split('\n')
      .map((line) => line.replaceAll('/var/backups/ordinal-1', join(path, 'copy')).split(' '));
    expect(backup?.slice(0, 4)).toEqual(['npm', 'start', '--', 'backup']);
    const copying = runServer([...(backup?.slice(3) ?? []), '--data', join(path, 'data')]);
    await once(copying.child, 'close');
    expect(copying.output()).toMatch(/verified\n$/);
    const examining = runServer(doctor?.slice(3) ?? []);
    await once(examining.child, 'close');
    expect(examining.output()).toContain('ok      namespace/default: 1 records in 1 segments, tail 1');
    await server.end('SIGTERM');
    await remove();
  });

  test('the DynamoDB command runs', async () => {
    const emulator = await dynaliteKind.start();
    const command = blocks(deployment, 'sh').find((block) => block.includes('ORDINAL_STORE')) ?? '';
    const [, store, table, flag] =
      /^ORDINAL_STORE=(\w+) ORDINAL_TABLE=(\w+) npm start -- (\S+)$/.exec(command.trim()) ?? [];
    const server = await startServer([flag ?? ''], {
      ORDINAL_STORE: store ?? '',
      ORDINAL_TABLE: table ?? '',
      AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await server.end('SIGTERM');
    await emulator.stop();
  });

  test('the curl line for a deployment is signed as AWS checks it', async () => {
    const command = blocks(deployment, 'sh').find((block) => block.includes('--aws-sigv4')) ?? '';
    const seen = await signedBy(command);
    expect(seen.status).toBe('201');
    expect(seen.signature).toBe(seen.expected);
  });

  test('the client snippet runs, and signs', async () => {
    const server = await startServer(['--store', 'memory']);
    const [snippet = ''] = blocks(deployment, 'ts');
    const stdout = await runModule(snippet, { ORDINAL_URL: server.url, ...CREDENTIALS });
    expect(stdout).toBe('claimed 1\n');
    await server.end('SIGTERM');
  });

  test('the construct snippet synthesises, from the package as it is built', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const snippet = blocks(deployment, 'ts').find((block) => block.includes('ordinal/cdk')) ?? '';
    const { path, remove } = await temporaryDirectory();
    await runModule(`${snippet}\nstack.node.root.synth();`, { CDK_OUTDIR: path });
    const template = JSON.parse(await readFile(join(path, 'Shop.template.json'), 'utf8'));
    const types = Object.values(template.Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types).toContain('AWS::Lambda::Url');
    await remove();
  });

  test('`cdk deploy` has an app to deploy, without network or account', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const { path, remove } = await temporaryDirectory();
    const args = ['cdk', 'synth', '--quiet', '--no-notices', '--output', path];
    const nowhere = 'http://127.0.0.1:1';
    await shell('npx', args, {
      env: { PATH: PATH_ONLY, HOME: path, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere },
    });
    expect(await readFile(join(path, 'Ordinal.template.json'), 'utf8')).toContain(
      'AWS::DynamoDB::GlobalTable',
    );
    await remove();
  });
});
