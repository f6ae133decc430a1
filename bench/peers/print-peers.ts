// `npm run bench -- peers`: the servers side by side, as a table.

import { flagsOf, refuse, wholeNumbers } from '../arguments.ts';
import { measurePeers } from './peers.ts';
import { peersTable } from './peers-table.ts';

const USAGE = `Usage: npm run bench -- peers [options]

  --clients <numbers>   how many at once, one after the other (default 1,16,64,256)
  --rounds <number>     how often all are measured in turn (default 3)
  --only <parts>        only what has one of these in its name, such as etcd,append`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = flagsOf(USAGE, args, {
    clients: { type: 'string', default: '1,16,64,256' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  });
  const clients = wholeNumbers('--clients', values.clients, USAGE);
  const [rounds = 0] = wholeNumbers('--rounds', values.rounds, USAGE);
  if (rounds < 1 || clients.includes(0)) refuse('--clients and --rounds must be at least 1', USAGE);
  const form = { clients, rounds, warmUpMs: 500, sliceMs: 500, slices: 2 };
  const { figures } = await measurePeers(form, values.only.split(',').filter(Boolean));
  process.stdout.write(`${peersTable(figures)}\n`);
}
