// `npm run test:deploy`: the template goes through an emulator of AWS as a user's would go through AWS, the API suite asks the deployed
// functions, and everything is destroyed again.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closingLine, skippedLines } from '../support/closing-line.ts';
import { cycle } from './cycle.ts';
import { type CloudEmulator, findEmulator } from './emulator.ts';

const HELP = `Usage: npm run test:deploy -- [--endpoint <url>]

Deploys with CDK to an emulator of AWS, runs the API suite against it, and destroys it again. Without --endpoint it starts
LocalStack where Docker runs, else ministack where Python 3 is.
`;
const REGION = 'us-east-1';
const STACK = 'Ordinal';
const CONTEXT = ['-c', 'removeData=true', '-c', 'longPollMs=300', '-c', 'streaming=false'];

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { endpoint: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const emulator = await findEmulator(values.endpoint);
  if (typeof emulator === 'string') {
    process.stdout.write(skippedLines(`${emulator}. Nothing was deployed.`));
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'ordinal-deploy-'));
  try {
    const code = await deployAndTest(emulator, directory);
    process.stdout.write(closingLine());
    return code;
  } finally {
    await emulator.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function deployAndTest(emulator: CloudEmulator, directory: string): Promise<number> {
  const env = environmentFor(emulator);
  const outputs = join(directory, 'outputs.json');
  const cdk = async (...args: string[]) => {
    process.stdout.write(`cdk ${args.join(' ')}\n`);
    const all = ['cdklocal', ...args, '--no-notices', '--output', join(directory, 'cdk.out'), ...CONTEXT];
    const { status } = spawnSync('npx', all, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`cdk ${args[0]} ended with ${status}`);
  };
  process.stdout.write(`deploying to ${emulator.name} at ${emulator.endpoint}\n`);
  return cycle({
    async bootstrap() {
      await cdk('bootstrap', `aws://${emulator.account}/${REGION}`);
      await emulator.prepare();
    },
    deploy: () => cdk('deploy', STACK, '--require-approval', 'never', '--outputs-file', outputs),
    test: async () => runTests({ ...env, ORDINAL_DEPLOYED: JSON.stringify(deployedBy(outputs)) }),
    destroy: () => cdk('destroy', STACK, '--force'),
  });
}

function deployedBy(outputs: string): unknown {
  return JSON.parse(readFileSync(outputs, 'utf8'))[STACK];
}

function runTests(env: NodeJS.ProcessEnv): number {
  // The snippets of the documents import the package as it is built.
  spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const tests = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/deploy/deploy.test.ts'];
  return spawnSync('npx', tests, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

function environmentFor({ endpoint, accessKeyId, account }: CloudEmulator): NodeJS.ProcessEnv {
  return {
    // biome-ignore lint/style/noProcessEnv: handed on to the commands
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: REGION,
  };
}

process.exitCode = await main();
