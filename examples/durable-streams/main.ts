// A stock client of the protocol: node --import tsx examples/durable-streams/main.ts produce boiler 100
//                                 node --import tsx examples/durable-streams/main.ts follow place.txt
//
// `@durable-streams/client` knows nothing of Ordinal. One process sends the readings of a sensor, in batches that are carried
// out once even if an answer is lost. Another one follows them live, and notes down how far it has come. When it is started
// again, it goes on there. ORDINAL_URL is the address of the server.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { DurableStream, IdempotentProducer, stream } from '@durable-streams/client';

interface Reading {
  readonly sensor: string;
  readonly number: number;
  readonly celsius: number;
}

const url = `${process.env['ORDINAL_URL'] ?? 'http://127.0.0.1:4437'}/v1/stream/readings`;

/** Creating a stream that exists, in the same way, changes nothing. */
function readingsStream(): Promise<DurableStream> {
  return DurableStream.create({ url, contentType: 'application/json' });
}

async function produce(sensor: string, count: number): Promise<void> {
  const readings = await readingsStream();
  const producer = new IdempotentProducer(readings, sensor, {
    // A process that begins anew takes a greater epoch. Otherwise its requests, numbered from 0 again, would be taken for
    // repetitions of its predecessor's, and never be appended.
    epoch: Date.now(),
    autoClaim: true,
    maxBatchBytes: 256 * 1024,
  });
  for (let number = 1; number <= count; number += 1) {
    producer.append(JSON.stringify({ sensor, number, celsius: 20 + (number % 7) } satisfies Reading));
  }
  await producer.flush();
  await producer.detach();
  console.log(`${sensor} sent ${count}`);
}

async function follow(place: string): Promise<void> {
  await readingsStream();
  const readings = await stream<Reading>({ url, offset: await notedDown(place), live: true });
  readings.subscribeJson(async ({ items, offset }) => {
    for (const { sensor, number, celsius } of items) console.log(`${sensor} ${number}: ${celsius} °C`);
    // After the effect: a reader that dies in between sees this batch again, and misses none.
    await noteDown(place, offset);
  });
  await readings.closed;
}

async function notedDown(place: string): Promise<string> {
  try {
    return await readFile(place, 'utf8');
  } catch (error) {
    // The offset before the first record.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '-1';
    throw error;
  }
}

/** The file has the old place or the new one, whenever the process dies. */
async function noteDown(place: string, offset: string): Promise<void> {
  await writeFile(`${place}.new`, offset);
  await rename(`${place}.new`, place);
}

const [verb, name, count = '1'] = process.argv.slice(2);
if (verb === 'produce' && name) await produce(name, Number(count));
else if (verb === 'follow' && name) await follow(name);
else throw new Error('say "produce <sensor> <count>" or "follow <file>"');
