// `npm run test:cli-large`: 1 GB through `ordinal export | ordinal import`, with the memory of both counted. Then
// the copy is exported and compared with the original by an import that must find everything there.

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Stream } from '../../src/api/streams.ts';
import { connect } from '../../src/client/client.ts';
import { codeOf, type Ended, endOf, spawnCli } from '../support/command-line.ts';
import { startServer } from '../support/server-process.ts';

const MEMORY_BYTES_MAX = 400_000_000;

const HELP = `Usage: npm run test:cli-large -- [--megabytes <number>]

Exports a stream of 1,000 MB and imports it, in a pipe, and ends with 1 if anything is missing or a process has needed more memory
than ${bytesText(MEMORY_BYTES_MAX)}.
`;

const BATCH_RECORDS = 200;
const RECORD_CHARACTERS = 1200;
const SAMPLE_MS = 50;

function bytesText(bytes: number): string {
  return `${Math.round(bytes / 1_000_000).toLocaleString('en')} MB`;
}

/** The most memory that a process has had so far. Linux alone counts it for others to read. */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function fill(stream: Stream, bytes: number): Promise<number> {
  await stream.create();
  let written = 0;
  for (let id = 0; written < bytes; id += BATCH_RECORDS) {
    const records = Array.from({ length: BATCH_RECORDS }, (_, index) =>
      JSON.stringify({ id: id + index, text: 'ordinal '.repeat(RECORD_CHARACTERS / 8) }),
    );
    const body = `[${records.join(',')}]`;
    const result = await stream.append(body);
    if (result.kind !== 'appended') throw new Error(`the stream cannot be filled: ${result.kind}`);
    written += body.length;
  }
  return written;
}

interface Piped {
  readonly imported: Ended;
  readonly peaks: readonly [exporting: number, importing: number];
}

async function pipe(from: string, to: string, env: Record<string, string>): Promise<Piped> {
  const exporting = await spawnCli(['export', 'stream', from], env);
  const importing = await spawnCli(['import', 'stream', to, '--json'], env);
  if (!exporting.stdout || !importing.stdin) throw new Error('there are pipes');
  exporting.stdout.pipe(importing.stdin);
  exporting.stderr?.pipe(process.stderr);
  const peaks: [number, number] = [0, 0];
  const sampling = setInterval(async () => {
    for (const [index, { pid }] of [exporting, importing].entries()) {
      peaks[index] = Math.max(peaks[index] ?? 0, await peakBytes(pid ?? 0));
    }
  }, SAMPLE_MS);
  const [, imported] = await Promise.all([once(exporting, 'close'), endOf(importing)]);
  clearInterval(sampling);
  if (codeOf(exporting) !== 0) throw new Error(`the export has ended with ${codeOf(exporting)}`);
  if (imported.code !== 0) throw new Error(`the import has ended with ${imported.code}: ${imported.stderr}`);
  return { imported, peaks };
}

async function run(megabytes: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'ordinal-'));
  const server = await startServer(['--data', folder]);
  const env = { ORDINAL_URL: server.url };
  const say = (text: string) => process.stdout.write(`${text}\n`);
  try {
    const written = await fill(connect(server.url).stream('large'), megabytes * 1_000_000);
    say(`the stream holds ${bytesText(written)}`);
    const { imported, peaks } = await pipe('large', 'copy', env);
    const { records } = JSON.parse(imported.stdout);
    say(`imported ${records} records`);
    say(`peak memory: export ${bytesText(peaks[0])}, import ${bytesText(peaks[1])}`);
    const again = JSON.parse((await pipe('copy', 'large', env)).imported.stdout);
    const isSame = again.records === records && again.imported === 0;
    say(isSame ? 'the copy is the same' : 'the copy is ANOTHER');
    return isSame && Math.max(...peaks) <= MEMORY_BYTES_MAX;
  } finally {
    await server.end('SIGTERM');
    await rm(folder, { recursive: true });
  }
}

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '1000' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = (await run(Number(values.megabytes))) ? 0 : 1;
