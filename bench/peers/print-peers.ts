// `npm run bench:peers [-- --clients 64 --rounds 8 --only etcd]`: the servers side by side, as a table.

import { parseArgs } from 'node:util';
import { measurePeers } from './peers.ts';
import { peersTable } from './peers-table.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1,16,64,256' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
});
const clients = values.clients.split(',').map(Number);
const form = { clients, rounds: Number(values.rounds), warmUpMs: 500, sliceMs: 500, slices: 2 };
const { figures } = await measurePeers(form, values.only.split(',').filter(Boolean));
process.stdout.write(`${peersTable(figures)}\n`);
