// `npm run bench -- <name>`: runs the benchmark of that name. Without a name it lists them.

interface Benchmark {
  readonly name: string;
  readonly measures: string;
  /** Roughly, on a machine with two cores. */
  readonly takes: string;
  load(): Promise<{ run(args: readonly string[]): Promise<void> }>;
}

const BENCHMARKS: readonly Benchmark[] = [
  {
    name: 'all',
    measures:
      'peers, watchers, growth, cold-start, costs, functions and scale; writes results.json, tables and pictures',
    takes: '30 min',
    load: () => import('./all.ts'),
  },
  {
    name: 'peers',
    measures: 'operations a second of Ordinal and the servers beside it, on one machine',
    takes: '8 min',
    load: () => import('./peers/print-peers.ts'),
  },
  {
    name: 'locks',
    measures: 'one lock and many contenders: cycles a second and hand-over, beside etcd and ZooKeeper',
    takes: '1 min',
    load: () => import('./locks/print-locks.ts'),
  },
  {
    name: 'zookeeper',
    measures: "ZooKeeper's protocol by ours and by a real ZooKeeper: writes, reads, idle sessions",
    takes: '4 min',
    load: () => import('./zookeeper/print-zookeeper.ts'),
  },
  {
    name: 'streams',
    measures: 'appends, followers and catching up, beside the reference server of the protocol and Redis',
    takes: '4 min',
    load: () => import('./streams/print-streams.ts'),
  },
  {
    name: 'watchers',
    measures: 'from a put until 1, 100 and 1,000 watchers have it, beside etcd and ZooKeeper',
    takes: '4 min',
    load: () => import('./watchers/print-watchers.ts'),
  },
  {
    name: 'growth',
    measures: 'what stays the same while a log and a namespace grow, and the size on disk',
    takes: '5 min',
    load: () => import('./growth/print-growth.ts'),
  },
  {
    name: 'cold-start',
    measures: 'the first read of a process, from a snapshot of 1,000 and of 1,000,000 keys',
    takes: '1 min',
    load: () => import('./cold-start/print-cold-start.ts'),
  },
  {
    name: 'first-claim',
    measures: 'from the packed file to the first claim on a machine with Node alone; needs npm',
    takes: '2 min',
    load: () => import('./first-claim/print-first-claim.ts'),
  },
  {
    name: 'names',
    measures: 'two claimants for each word of an English word list; everything is verified',
    takes: '5 min',
    load: () => import('./names-race.ts'),
  },
  {
    name: 'functions',
    measures: 'the bundles of the functions: size, cold start, memory',
    takes: '10 s',
    load: () => import('./functions/print-functions.ts'),
  },
  {
    name: 'scale',
    measures: 'one namespace on a model of DynamoDB, in virtual time, by requests at once',
    takes: '20 s',
    load: () => import('./scale/print-scale.ts'),
  },
  {
    name: 'contention',
    measures: 'independent writers on one log, on the same model',
    takes: '5 s',
    load: () => import('./print-contention.ts'),
  },
  {
    name: 'round-trips',
    measures: 'round trips and capacity units of each operation, counted',
    takes: '30 s',
    load: () => import('./print-round-trips.ts'),
  },
  {
    name: 'costs',
    measures: 'what a million operations cost on AWS, beside other designs, counted',
    takes: '5 min',
    load: () => import('./costs/print-costs.ts'),
  },
  {
    name: 'compare',
    measures: 'what became better or worse from one results.json to another',
    takes: '1 s',
    load: () => import('./print-comparison.ts'),
  },
];

function usage(): string {
  const lines = BENCHMARKS.map(
    ({ name, takes, measures }) => `  ${name.padEnd(12)} ${takes.padStart(6)}   ${measures}`,
  );
  return `Usage: npm run bench -- <name> [options]\n\nBy name: about how long it takes, and what it measures.\n\n${lines.join('\n')}

npm run bench -- <name> --help lists the options of one.\n`;
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark) {
    const { run } = await benchmark.load();
    await run(args);
  } else if (name === '--help' || name === '-h') {
    process.stdout.write(usage());
  } else {
    const wrong = name === undefined ? 'name a benchmark' : `there is no benchmark ${name}`;
    process.stderr.write(`${wrong}\n\n${usage()}`);
    process.exitCode = 2;
  }
}

await main(process.argv.slice(2));
