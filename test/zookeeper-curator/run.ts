// `npm run test:curator`: the suite of Curator, by its authors, unmodified, against servers of ours.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { skippedLines } from '../support/closing-line.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { serverProgram } from '../support/zookeeper/program.ts';
import { EXCEPTIONS } from './exceptions.ts';

const HELP = `Usage: npm run test:curator -- [options]

Runs the tests of Curator's client, framework and recipes, unmodified. Maven downloads them. Where a test starts a
ZooKeeper in its own process, it starts a server of ours instead; the servers of a cluster have one store. What need
not pass is in test/zookeeper-curator/exceptions.ts, each with its reason. It takes about an hour. Exits with 0 when
all others pass, with 1 when one fails, and with 77 when Java or Maven is not on this machine.

  --tests <text>  only tests with this in their class and name, as in TestFramework.testNamespace
  --real          the same against the ZooKeeper that Curator brings along
  --help          this text
`;

const FOLDER = resolve('test/zookeeper-curator');
const MODULES = ['client', 'framework', 'recipes'];
const EXIT_SKIPPED = 77;
const TEST_TIMEOUT = '180s';

interface Outcome {
  readonly test: string;
  readonly outcome: string;
  readonly why: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      tests: { type: 'string', default: '' },
      real: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const jars = resolve('.cache/curator');
  const missing = whatIsMissing(jars);
  if (missing !== undefined) {
    process.stdout.write(skippedLines(missing));
    return EXIT_SKIPPED;
  }
  const { path, remove } = await temporaryDirectory();
  try {
    const classes = await compiled(jars, path, values.real);
    return report(await runSuite({ jars, classes, path, tests: values.tests }));
  } finally {
    await remove();
  }
}

/** Downloads the suite if it is not there. */
function whatIsMissing(jars: string): string | undefined {
  for (const program of ['java', 'javac', 'mvn']) {
    if (spawnSync(program, ['-version'], { stdio: 'ignore' }).status !== 0)
      return `there is no \`${program}\` on the PATH`;
  }
  if (existsSync(jars)) return undefined;
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
  const { status } = spawnSync('mvn', ['-q', '-B', '-f', join(FOLDER, 'pom.xml'), ...copy], {
    stdio: 'inherit',
  });
  return status === 0 ? undefined : 'Maven cannot download the suite';
}

/** The directory of our own classes. */
async function compiled(jars: string, path: string, isReal: boolean): Promise<string> {
  const classes = join(path, 'classes');
  await mkdir(classes);
  const sources = ['ordinal/Suite.java', 'org/apache/curator/test/ZooKeeperServerEmbeddedAdapter.java'];
  const wanted = isReal ? sources.slice(0, 1) : sources;
  const files = wanted.map((source) => join(FOLDER, 'java', source));
  const { status } = spawnSync('javac', ['-d', classes, '-cp', classPath(jars), ...files], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('javac has failed');
  return classes;
}

/** One jar has all of JUnit, in one version. */
function classPath(jars: string): string {
  const all = readdirSync(jars).filter((name) => name.endsWith('.jar'));
  const junit = all.filter((name) => name.startsWith('junit-platform-console-standalone'));
  const others = all.filter((name) => !/^(?:junit-|opentest4j|apiguardian|logback)/u.test(name));
  return [...junit, ...others].map((name) => join(jars, name)).join(':');
}

async function runSuite(parts: {
  jars: string;
  classes: string;
  path: string;
  tests: string;
}): Promise<Outcome[]> {
  const { jars, classes, path, tests } = parts;
  const outcomes = join(path, 'outcomes');
  const properties = {
    'ordinal.command': serverProgram().join(' '),
    'ordinal.shared': join(path, 'shared'),
    'ordinal.outcomes': outcomes,
    'ordinal.tests': tests,
    'ordinal.leftOut': EXCEPTIONS.filter(({ isLeftOut }) => isLeftOut)
      .map(({ test }) => test)
      .join(','),
    'zookeeper.extendedTypesEnabled': 'true',
    'java.io.tmpdir': path,
    'junit.jupiter.execution.timeout.default': TEST_TIMEOUT,
    'junit.jupiter.execution.timeout.thread.mode.default': 'SEPARATE_THREAD',
  };
  const switches = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  const roots = readdirSync(jars).filter((name) => MODULES.some((one) => isTestsOf(one, name)));
  const args = [...switches, '-cp', `${classes}:${classPath(jars)}`, 'ordinal.Suite'];
  const child = spawn('java', [...args, ...roots.map((name) => join(jars, name))], { stdio: 'inherit' });
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  await once(child, 'exit');
  process.removeListener('exit', end);
  return existsSync(outcomes) ? outcomesIn(readFileSync(outcomes, 'utf8')) : [];
}

function isTestsOf(module: string, jar: string): boolean {
  return jar.startsWith(`curator-${module}-`) && jar.endsWith('-tests.jar');
}

function outcomesIn(text: string): Outcome[] {
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [test = '', outcome = '', why = ''] = line.split('\t');
    return { test, outcome, why };
  });
}

function report(outcomes: readonly Outcome[]): number {
  const named = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted);
  const reasonOf = ({ test }: Outcome) =>
    EXCEPTIONS.find(
      (one) => test === one.test || test.startsWith(`${one.test}.`) || test.startsWith(`${one.test} `),
    )?.reason;
  const failed = named('failed');
  for (const one of failed) {
    const reason = reasonOf(one);
    process.stdout.write(
      reason === undefined ? `FAILED ${one.test}: ${one.why}\n` : `${one.test}: ${reason}\n`,
    );
  }
  for (const { test, reason, isLeftOut } of EXCEPTIONS)
    if (isLeftOut) process.stdout.write(`${test} is left out: ${reason}\n`);
  const passed = named('passed').length;
  process.stdout.write(`${passed} passed, ${failed.length} failed, ${named('skipped').length} skipped\n`);
  // A suite that did not run has no failures.
  return passed > 0 && failed.every((one) => reasonOf(one) !== undefined) ? 0 : 1;
}

// `exit` ends what was started, too. The signal alone would leave it running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exit(await main());
