// Runs under the faulty disk: one case after the other, each in a directory of its own, and prints what it was told and what was
// there afterwards, a line of JSON for each. What it means is judged by the test that started it.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { textOf, utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import type { AppendResult } from '../../src/log/results.ts';
import { faultsOf } from '../../src/store/sqlite/integrity.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import type { Case, Fault, Seen } from './cases.ts';

const WRITE_TIMEOUT_MS = 200;

const [controlPath = '', cases = '[]'] = process.argv.slice(2);
const control = openSync(controlPath, 'r+');

/** The fields in the order of the C file. */
function arm({ call, file, skip, sticky, errno, partial }: Fault): void {
  const fields = Int32Array.of(call, file, skip, Number(sticky), errno, partial, 0, 0);
  // The call is what arms it, so it comes last.
  writeSync(control, new Uint8Array(fields.buffer, 4), 0, 28, 4);
  writeSync(control, new Uint8Array(fields.buffer, 0, 4), 0, 4, 0);
}

function disarm(): void {
  writeSync(control, new Uint8Array(4), 0, 4, 0);
}

async function run(one: Case): Promise<Seen> {
  const { path, remove } = await temporaryDirectory();
  const data = join(path, 'data');
  const store = new SqliteStore(data);
  const log = new Log(store, 'log', { writeTimeoutMs: WRITE_TIMEOUT_MS });
  const told: Record<string, string> = {};
  const append = async (text: string) => {
    told[text] = spelt(await log.append([utf8(text.padEnd(one.recordBytes, '.'))]));
  };
  await append('before');
  arm(one.fault);
  for (let index = 0; index < one.appends; index += 1) await append(`under ${index}`);
  // What a kill at this moment would leave. By another process: this one must not close the files by itself.
  const image = join(path, 'image');
  execFileSync('cp', ['-r', data, image]);
  await rm(join(image, 'ordinal.db-shm'), { force: true });
  disarm();
  await append('after');
  await store.close();
  const seen = { told, afterKill: await textsIn(image), atEnd: await textsIn(data) };
  const faults = [...faultsOf(image), ...faultsOf(data)];
  await remove();
  return { ...seen, faults };
}

function spelt(result: AppendResult): string {
  switch (result.kind) {
    case 'appended':
      return `appended ${result.first}`;
    case 'failed':
      return result.definite ? 'definite' : 'indefinite';
    case 'refused':
      return `refused ${result.reason}`;
  }
}

async function textsIn(directory: string): Promise<string[]> {
  const store = new SqliteStore(directory);
  const log = new Log(store, 'log');
  const texts: string[] = [];
  for (let from: Parameters<Log['read']>[0] = 0; ; ) {
    const result = await log.read(from);
    if (result.kind !== 'records') throw new Error(result.kind);
    texts.push(...result.records.map(({ data }) => textOf(data).replace(/\.+$/, '')));
    if (result.upToDate) break;
    from = result.cursor;
  }
  await store.close();
  return texts;
}

for (const one of JSON.parse(cases) as Case[]) {
  process.stdout.write(`${JSON.stringify(await run(one))}\n`);
}
closeSync(control);
