// node --import tsx examples/job-queue/main.ts enqueue ada bob 5
// node --import tsx examples/job-queue/main.ts work
//
// ORDINAL_URL is the address of the server.

import { connect } from 'ordinal/client';
import { enqueue, work } from './queue.ts';

const [what, from = 'ada', to = 'bob', amount = '1'] = process.argv.slice(2);
const ordinal = connect(process.env['ORDINAL_URL'] ?? 'http://127.0.0.1:4437');
if (what === 'enqueue') await enqueue(ordinal, { from, to, amount: Number(amount) });
else console.log(`did ${await work(ordinal)}`);
await ordinal.close();
