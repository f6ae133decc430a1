// Something that takes a CDK deployment as AWS does: what is given, else LocalStack where Docker is, else ministack where Python is.

import { spawnSync } from 'node:child_process';
import { startMiniStack } from './ministack.ts';

export interface CloudEmulator {
  readonly name: string;
  readonly endpoint: string;
  /** The account and keys with which everything is allowed. */
  readonly account: string;
  readonly accessKeyId: string;
  /** Called between `cdk bootstrap` and `cdk deploy`. */
  prepare(): Promise<void>;
  stop(): Promise<void>;
}

/** Or why there is none. */
export async function findEmulator(given: string | undefined): Promise<CloudEmulator | string> {
  if (given !== undefined) {
    return {
      name: `the endpoint ${given}`,
      endpoint: given,
      account: '000000000000',
      accessKeyId: 'test',
      prepare: async () => undefined,
      stop: async () => undefined,
    };
  }
  if (works('docker', ['info'])) {
    const { startLocalStack } = await import('./localstack.ts');
    return startLocalStack();
  }
  if (works('python3', ['-m', 'venv', '--help'])) return startMiniStack();
  return 'there is neither an endpoint (--endpoint), nor a running Docker, nor Python 3 with venv';
}

function works(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
