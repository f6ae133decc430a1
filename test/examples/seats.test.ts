// Goal: a state machine of a user's own is replicated by the same lines over SQLite and over DynamoDB. Method: the example's program, run
// by many processes at once on one place; then its state machine by itself.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seats } from '../../examples/seats/seats.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, emulatorConfig } from '../support/emulators.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const run = promisify(execFile);
const PASSENGERS = ['Ada', 'Barbara', 'Grace', 'Katherine'];
// biome-ignore lint/style/noProcessEnv: the program under test gets no more than this
const PATH_ONLY = process.env['PATH'] ?? '';

/** All passengers want one seat, at once; answers what each was told. */
function bookAll(directory: string, env: Record<string, string>): Promise<string[]> {
  const main = resolve('examples/seats/main.ts');
  const tsx = `file://${resolve('node_modules/tsx/dist/loader.mjs')}`;
  return Promise.all(
    PASSENGERS.map(async (passenger) => {
      const options = { cwd: directory, env: { ...env, PATH: PATH_ONLY } };
      return (await run(process.execPath, ['--import', tsx, main, '12A', passenger], options)).stdout;
    }),
  );
}

/** One passenger has the seat, and everybody was told who. */
function expectOneHolder(told: readonly string[]): void {
  const holder = told.find((line) => !line.includes('already'))?.split(/[:\n]/)[1];
  expect(told.filter((line) => line === `12A:${holder}\n`)).toHaveLength(1);
  expect(told.filter((line) => line === `12A:${holder} has it already\n`)).toHaveLength(3);
}

describe('seats on a flight', () => {
  test('on SQLite', async () => {
    const { path, remove } = await temporaryDirectory();
    expectOneHolder(await bookAll(path, {}));
    // Later processes find it taken, and nobody else has it.
    expect(new Set(await bookAll(path, {})).size).toBe(1);
    await remove();
  });

  test('on DynamoDB', async () => {
    const emulator = await dynaliteKind.start();
    const { path, remove } = await temporaryDirectory();
    const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
    await createTable(client, 'ordinal');
    const env = {
      ORDINAL_TABLE: 'ordinal',
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    expectOneHolder(await bookAll(path, env));
    client.destroy();
    await emulator.stop();
    await remove();
  });

  test('its state machine is about forty lines', async () => {
    const source = await readFile('examples/seats/seats.ts', 'utf8');
    const lines = source.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(46);
  });

  test('equal states are equal bytes, and come back', () => {
    const booked = [
      ['1A', 'Ada'],
      ['2B', 'Barbara'],
    ] as const;
    const [one, two] = [new Map(booked), new Map(booked.toReversed())];
    expect(seats.encodeState(one)).toEqual(seats.encodeState(two));
    expect(seats.decodeState(seats.encodeState(one))).toEqual(two);
    expect(seats.decodeState([])).toEqual(seats.empty());
  });

  test('only a free seat is booked, and only its passenger cancels', () => {
    const flight = seats.empty();
    const told = (['book Ada', 'book Barbara', 'cancel Barbara', 'cancel Ada', 'book Barbara'] as const).map(
      (line, index) => {
        const [kind, passenger = ''] = line.split(' ');
        const at = { position: index + 1, timeMs: 0 };
        const command = { kind: kind === 'book' ? 'book' : 'cancel', seat: '1A', passenger } as const;
        const { result, changes } = seats.apply(flight, at, command);
        return `${line}: ${result.done ? 'done' : 'refused'}, ${result.passenger ?? 'free'}, ${changes.length}`;
      },
    );
    expect(told).toEqual([
      'book Ada: done, Ada, 1',
      'book Barbara: refused, Ada, 0',
      'cancel Barbara: refused, Ada, 0',
      'cancel Ada: done, free, 1',
      'book Barbara: done, Barbara, 1',
    ]);
  });
});
