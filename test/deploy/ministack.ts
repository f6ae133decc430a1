// ministack: CloudFormation, Lambda, IAM, S3 and the rest in one Python process, functions in processes of the Node that is here.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { freePort } from '../support/emulators.ts';
import type { CloudEmulator } from './emulator.ts';

const PACKAGE = 'ministack==1.5.33';
const CACHE = resolve('.cache/ministack');
const PYTHON = join(CACHE, 'bin', 'python');
const LAUNCHER = resolve('test/deploy/launch_ministack.py');
const REGION = 'us-east-1';
/** It takes a key that looks like an account number for the root of that account. */
const ACCOUNT = '000000000000';

export async function startMiniStack(): Promise<CloudEmulator> {
  if (!existsSync(join(CACHE, 'bin', 'ministack'))) install();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // Outside of this package, whose `"type": "module"` its workers could not do with.
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-ministack-'));
  // Functions inherit all of it, so it holds no more than they may see.
  const env = {
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    HOME: directory,
    TMPDIR: directory,
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
    // Roles and their policies count.
    AUTH: 'true',
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const child = spawn(PYTHON, [LAUNCHER], { env, stdio: 'ignore' });
  await healthy(endpoint, () => child.exitCode);
  return {
    name: PACKAGE,
    endpoint,
    account: ACCOUNT,
    accessKeyId: ACCOUNT,
    prepare: () => allowPlainHttp(endpoint),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function install(): void {
  process.stdout.write(`installing ${PACKAGE}\n`);
  execFileSync('python3', ['-m', 'venv', CACHE], { stdio: 'inherit' });
  execFileSync(PYTHON, ['-m', 'pip', 'install', '--quiet', PACKAGE], { stdio: 'inherit' });
}

async function healthy(endpoint: string, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (exitCode() !== null) throw new Error(`${PACKAGE} ended with ${exitCode()}`);
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`${PACKAGE} does not answer`);
}

/** The staging bucket of the bootstrap takes requests over TLS only, and there is none here. */
async function allowPlainHttp(endpoint: string): Promise<void> {
  const { host, hostname, port } = new URL(endpoint);
  const path = `/cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
  const signer = new SignatureV4({
    service: 's3',
    region: REGION,
    sha256: Sha256,
    uriEscapePath: false,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
  });
  const request = { method: 'DELETE', protocol: 'http:', hostname, port: Number(port), path };
  const { headers } = await signer.sign({ ...request, query: { policy: '' }, headers: { host } });
  const answer = await fetch(`${endpoint}${path}?policy`, { method: 'DELETE', headers });
  if (!answer.ok) throw new Error(`${PACKAGE} keeps the policy of the staging bucket: ${answer.status}`);
}
