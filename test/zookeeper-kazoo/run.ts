// `npm run test:kazoo`: the suite of kazoo, ZooKeeper's client for Python, as Debian has it, against servers of ours.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { skippedLines } from '../support/closing-line.ts';
import { freePort } from '../support/emulators.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { isStoreName, openPlace, type Place } from './places.ts';
import { judge, outcomesIn, type Verdict } from './results.ts';

const HELP = `Usage: npm run test:kazoo -- [options]

Runs kazoo's own suite, unmodified. Tests that fail against a standalone ZooKeeper, too, are in
test/zookeeper-kazoo/exceptions.ts, each with its reason. Exits with 0 when all others pass, with 1 when one fails,
and with 77 when the suite is not on this machine.

  --store <name>     sqlite (default), dynamodb (an emulator of it), or zookeeper: a real one instead of ours
  --servers <forms>  with commas between them (default one,two,restarted):
                     one        one server, which stays
                     two        two servers on one namespace; clients know both, and reads are linearizable
                     restarted  the suite's own harness starts, ends and restarts a server
  --tests <text>     only tests with this in their name, as pytest's -k
  --help             this text
`;

const FORMS = ['one', 'two', 'restarted'] as const;
type Form = (typeof FORMS)[number];

const EXIT_SKIPPED = 77;
/** Debian's own, because its packages are not for any other. */
const PYTHON = '/usr/bin/python3';
const TEST_SECONDS_MAX = 180;
const FOLDER = resolve('test/zookeeper-kazoo');

interface Choice {
  readonly place: Place;
  readonly form: Form;
  readonly tests: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', default: 'sqlite' },
      servers: { type: 'string', default: FORMS.join() },
      tests: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { store, tests } = values;
  const forms = FORMS.filter((form) => values.servers.split(',').includes(form));
  if (!isStoreName(store) || forms.length !== values.servers.split(',').length) {
    process.stderr.write(HELP);
    return 2;
  }
  const missing = whatIsMissing();
  if (missing !== undefined) {
    process.stdout.write(skippedLines(missing));
    return EXIT_SKIPPED;
  }
  const verdicts: Verdict[] = [];
  for (const form of forms) {
    const place = await openPlace(store);
    try {
      verdicts.push(await runSuite({ place, form, tests }));
    } finally {
      await place.remove();
    }
  }
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((all, one) => all + of(one), 0);
  process.stdout.write(`${sum((one) => one.passed)} passed, ${sum((one) => one.failed)} failed, `);
  process.stdout.write(`${sum((one) => one.skipped)} skipped\n`);
  return verdicts.every(({ isGood }) => isGood) ? 0 : 1;
}

function whatIsMissing(): string | undefined {
  const modules = 'import kazoo.tests, pytest, pytest_timeout, mock, objgraph';
  if (existsSync(PYTHON) && spawnSync(PYTHON, ['-c', modules], { stdio: 'ignore' }).status === 0)
    return undefined;
  const packages = ['kazoo', 'pytest', 'pytest-timeout', 'mock', 'objgraph'].map((name) => `python3-${name}`);
  return `kazoo's suite needs the Debian packages ${packages.join(', ')}`;
}

async function runSuite({ place, form, tests }: Choice): Promise<Verdict> {
  process.stdout.write(`\nkazoo's suite, ${place.name}, ${form}\n`);
  const { path, remove } = await temporaryDirectory();
  const results = join(path, 'results');
  const exceptions = EXCEPTIONS.filter(({ isOfOneServer }) => !isOfOneServer || form !== 'two');
  const args = [
    ...['-m', 'pytest', '-p', 'plugin', '-p', 'no:cacheprovider', '-q', '--tb=short'],
    ...['--timeout', String(TEST_SECONDS_MAX), '--pyargs', 'kazoo.tests'],
    ...['-k', [tests, ...leftOut()].filter(Boolean).join(' and ')],
  ];
  const child = spawn(PYTHON, args, {
    cwd: path,
    stdio: 'inherit',
    env: { ...(await environment(place, form)), ORDINAL_KAZOO_RESULTS: results },
  });
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  await once(child, 'exit');
  process.removeListener('exit', end);
  const verdict = judge(existsSync(results) ? outcomesIn(results) : [], exceptions);
  await remove();
  process.stdout.write(verdict.text);
  return verdict;
}

/** By the last part of their names, as `-k` wants them. */
function leftOut(): string[] {
  const names = EXCEPTIONS.filter(({ isLeftOut }) => isLeftOut).map(({ test }) => test.split('::').at(-1));
  return names.map((name) => `not ${name}`);
}

async function environment(place: Place, form: Form): Promise<NodeJS.ProcessEnv> {
  // biome-ignore lint/style/noProcessEnv: what the suite and the servers inherit
  const { PATH = '', HOME = '' } = process.env;
  const common = {
    HOME,
    PATH,
    PYTHONPATH: FOLDER,
    PYTHONDONTWRITEBYTECODE: '1',
    // The suite leaves tests out by the version, and says where it runs.
    ZOOKEEPER_VERSION: '3.8.0',
    CI: '1',
    ...place.env,
  };
  if (form !== 'restarted') {
    const servers =
      form === 'two' ? [await serverOn(place, FRESH), await serverOn(place, FRESH)] : [await serverOn(place)];
    return { ...common, ORDINAL_KAZOO_SERVERS: JSON.stringify(servers) };
  }
  return {
    ...common,
    // The suite wants one for its `java`. That of ours does not look at it.
    ZOOKEEPER_CLASSPATH: 'none',
    ...place.restarting,
    PATH: place.restarting ? PATH : `${join(FOLDER, 'shim')}:${PATH}`,
    ORDINAL_KAZOO_COMMAND: JSON.stringify(await place.command('{port}', '{data}')),
    ZOOKEEPER_CLUSTER_SIZE: '1',
    ZOOKEEPER_PORT_OFFSET: String(await freePort()),
  };
}

async function serverOn(
  place: Place,
  settings: readonly string[] = [],
): Promise<{ port: number; command: readonly string[] }> {
  const port = await freePort();
  return { port, command: [...(await place.command(String(port), place.directory)), ...settings] };
}

/**
 * The suite writes at one server and reads at the other without `sync`. It was written for one server, and an
 * ensemble does not promise that either.
 */
const FRESH = ['--zookeeper-reads', 'linearizable'];

// `exit` ends what was started, too. The signal alone would leave it running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exit(await main());
