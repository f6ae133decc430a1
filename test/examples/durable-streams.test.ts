// Goal: a client that others wrote sends once, follows live, and goes on where it was killed. Method: the programs of the
// example against a server in a process of its own.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { outputOf, startExample } from './run-example.ts';

const PATH = 'durable-streams/main.ts';
let server: ServerProcess;
beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
});
afterAll(async () => {
  await server.end('SIGKILL');
});

const numbersOf = (output: string, sensor: string) =>
  [...output.matchAll(/^(\w+) (\d+): /gm)].flatMap(([, name, number]) =>
    name === sensor ? [Number(number)] : [],
  );
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('what is sent is there once, and a reader that is killed goes on', { timeout: 120_000 }, async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory.remove());
  const place = join(directory.path, 'place.txt');
  const produce = (sensor: string, count: string) => outputOf(PATH, server.url, ['produce', sensor, count]);
  expect(await produce('boiler', '30')).toBe('boiler sent 30\n');
  const first = startExample(PATH, server.url, ['follow', place]);
  await first.prints(/boiler 30: /);
  // It follows live, and two sensors at once.
  await Promise.all([produce('attic', '40'), produce('cellar', '40')]);
  await first.prints(/attic 40: /);
  await first.prints(/cellar 40: /);
  await expect.poll(() => readFile(place, 'utf8'), { timeout: 60_000 }).toMatch(/_0*110$/);
  await first.end('SIGKILL');
  // The same sensor again, as a new process.
  await produce('boiler', '30');
  const second = startExample(PATH, server.url, ['follow', place]);
  await second.prints(/boiler 30: /);
  await second.end('SIGKILL');
  expect(numbersOf(first.output(), 'boiler')).toEqual(upTo(30));
  for (const sensor of ['attic', 'cellar']) expect(numbersOf(first.output(), sensor)).toEqual(upTo(40));
  expect(second.output()).toMatch(/^boiler 1: /);
  expect(numbersOf(second.output(), 'boiler')).toEqual(upTo(30));
  expect(await connect(server.url).stream('readings').describe()).toMatchObject({ tail: 140 });
});
