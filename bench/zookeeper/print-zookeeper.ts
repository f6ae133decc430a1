// `npm run bench -- zookeeper`: ours beside a real ZooKeeper, as tables.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { type Figure, markdownTable, namesIn, shown, valuesOf } from '../figures.ts';
import { IDLE_FORM, measureIdle } from './idle.ts';
import { measureZooKeeper, type Shape, shapeName, ZOOKEEPER_FORM } from './zookeeper.ts';

const USAGE = `Usage: npm run bench -- zookeeper [options]

  --rounds <number>      how often both are measured in turn (default ${ZOOKEEPER_FORM.rounds})
  --operations <names>   only those with one of these in their name, such as setData,sync
  --connections <list>   only these numbers of connections, such as 1,16
  --idle <sessions>      measures idle sessions instead (${IDLE_FORM.sessions} in the issue's form)
  --node-flags <flags>   for the process of ours, such as "--cpu-prof --cpu-prof-dir=/tmp/profile"`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    rounds: { type: 'string', default: String(ZOOKEEPER_FORM.rounds) },
    operations: { type: 'string', default: '' },
    connections: { type: 'string', default: '' },
    idle: { type: 'string' },
    'node-flags': { type: 'string', default: '' },
  });
  if (values.idle !== undefined) {
    const [sessions = 0] = wholeNumbers('--idle', values.idle, USAGE);
    const pinging = Math.min(sessions, IDLE_FORM.pinging);
    process.stdout.write(`${idleTable(await measureIdle({ ...IDLE_FORM, sessions, pinging }))}\n`);
    return;
  }
  const [rounds = 0] = wholeNumbers('--rounds', values.rounds, USAGE);
  const wanted = values.operations.split(',');
  const operations = ZOOKEEPER_FORM.operations.filter((one) => wanted.some((part) => one.includes(part)));
  const shapes = shapesOf(values.connections);
  if (rounds < 1 || operations.length === 0 || shapes.length === 0)
    refuse('nothing is left to measure', USAGE);
  const nodeFlags = values['node-flags'].split(' ').filter(Boolean);
  const figures = await measureZooKeeper({ ...ZOOKEEPER_FORM, rounds, operations, shapes, nodeFlags });
  process.stdout.write(`${loadTable(figures, shapes)}\n`);
}

function shapesOf(text: string): readonly Shape[] {
  if (text === '') return ZOOKEEPER_FORM.shapes;
  const wanted = wholeNumbers('--connections', text, USAGE);
  return ZOOKEEPER_FORM.shapes.filter(({ connections }) => wanted.includes(connections));
}

function loadTable(figures: readonly Figure[], shapes: readonly Shape[]): string {
  const value = valuesOf(figures);
  const quantities = ['per second', 'p50', 'p99', 'CPU per 1,000', 'load generator busy'];
  const rows = namesIn(figures, 'zookeeper').flatMap((label) =>
    quantities.map((quantity) => [
      `${label}, ${quantity}`,
      ...shapes.map((shape) => shown(value('zookeeper', label, shapeName(shape), quantity))),
    ]),
  );
  return markdownTable(['connections × requests on their way', ...shapes.map(shapeName)], rows);
}

function idleTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ id, unit, values }) => [
    id.split(' / ').slice(1).join(', '),
    shown(values[0]),
    unit,
  ]);
  return markdownTable(['idle sessions', '', ''], rows);
}
