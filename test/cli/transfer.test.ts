// Goal: what is exported and imported is the same, once, whatever is cut off on the way; and what was damaged is told. Method: the real
// program between two namespaces and streams of a real server, many MB of data, kills at any moment, and files that are bent.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ordinal } from '../../src/api/ordinal.ts';
import { connect } from '../../src/client/client.ts';
import { directory } from '../support/clean-up.ts';
import { codeOf, endOf, runCli, spawnCli } from '../support/command-line.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const MEGABYTE = 1024 * 1024;

let server: ServerProcess;
let ordinal: Ordinal;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
  env = { ORDINAL_URL: server.url };
  ordinal = connect(server.url);
});

afterAll(() => server.end('SIGTERM'));

const cli = (...args: string[]) => runCli(args, { env });

/** All that a stream holds, byte by byte. */
async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  let after = 0;
  for (;;) {
    const page = await ordinal.stream(path).read(after);
    if (page.kind !== 'data') throw new Error(page.kind);
    // Pages of JSON may end elsewhere.
    hash.update(page.contentType.startsWith('application/json') ? page.body.slice(1, -1) : page.body);
    if (page.upToDate) return hash.digest('hex');
    if (page.contentType.startsWith('application/json')) hash.update(',');
    after = page.next;
  }
}

async function tailOf(path: string): Promise<number> {
  const described = await ordinal.stream(path).describe();
  return described.kind === 'stream' ? described.tail : 0;
}

/** A JSON stream of about so many bytes, with texts that parsing and printing would change. */
async function fill(path: string, bytes: number): Promise<void> {
  const stream = ordinal.stream(path);
  await stream.create();
  for (let written = 0, id = 0; written < bytes; ) {
    const records = Array.from({ length: 400 }, () => {
      id += 1;
      return `{"id":${id}, "price":1.10,"big":12345678901234567890,"text":"ä\\u2028 ${'x'.repeat(id % 700)}"}`;
    });
    const body = `[${records.join(',')}]`;
    const result = await stream.append(body);
    if (result.kind !== 'appended') throw new Error(result.kind);
    written += body.length;
  }
}

describe('streams', () => {
  test('many MB through a pipe of two: the same content; and again: nothing more', async () => {
    await fill('big', 8 * MEGABYTE);
    const exporting = await spawnCli(['export', 'stream', 'big'], env);
    const importing = await spawnCli(['import', 'stream', 'big-copy'], env);
    if (exporting.stdout && importing.stdin) exporting.stdout.pipe(importing.stdin);
    const [, imported] = await Promise.all([once(exporting, 'close'), endOf(importing)]);
    expect(codeOf(exporting)).toBe(0);
    const tail = await tailOf('big');
    expect(imported).toEqual({
      code: 0,
      stdout: `imported ${tail} of ${tail} records, verified\n`,
      stderr: '',
    });
    expect(await contentOf('big-copy')).toBe(await contentOf('big'));
    const path = join(await directory(), 'big.jsonl');
    expect((await cli('export', 'stream', 'big', '--output', path)).code).toBe(0);
    const again = await cli('import', 'stream', 'big-copy', path, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ records: tail, imported: 0, tail });
    expect(await tailOf('big-copy')).toBe(tail);
  });

  test('an import that is killed at any moment goes on, and doubles nothing', async () => {
    await fill('source', 3 * MEGABYTE);
    const path = join(await directory(), 'source.jsonl');
    await cli('export', 'stream', 'source', '--output', path);
    const tail = await tailOf('source');
    let kills = 0;
    // It is killed when it has imported something more, so that it comes to its end.
    for (let seen = 0; kills < 6 && seen < tail; kills += 1) {
      const importing = await spawnCli(['import', 'stream', 'resumed', path], env);
      const ended = once(importing, 'close');
      while (importing.exitCode === null && (await tailOf('resumed')) <= seen) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      importing.kill('SIGKILL');
      await ended;
      seen = await tailOf('resumed');
    }
    expect(kills).toBeGreaterThan(1);
    expect(await cli('import', 'stream', 'resumed', path)).toMatchObject({ code: 0 });
    expect(await tailOf('resumed')).toBe(tail);
    expect(await contentOf('resumed')).toBe(await contentOf('source'));
  });

  test('a stream of bytes: the same bytes, resumed within a record', async () => {
    const bytes = Buffer.from(
      Array.from({ length: 700_000 }, (_, index) => (index * 7 + (index >> 8)) % 256),
    );
    const stream = ordinal.stream('bytes');
    await stream.create({ contentType: 'application/octet-stream' });
    for (let at = 0; at < bytes.length; at += 100_000) {
      await stream.append(bytes.subarray(at, at + 100_000), { contentType: 'application/octet-stream' });
    }
    const exported = await cli('export', 'stream', 'bytes');
    const copy = ordinal.stream('bytes-copy');
    await copy.create({ contentType: 'application/octet-stream', body: bytes.subarray(0, 123_457) });
    const imported = await runCli(['import', 'stream', 'bytes-copy'], { env, input: exported.stdout });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    expect(await contentOf('bytes-copy')).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await cli('export', 'stream', 'bytes', '--after', '1')).toMatchObject({ code: 2 });
  });

  test('a closed stream is closed at the end, and an empty one is there', async () => {
    await ordinal.stream('closed').create({ body: '[1,2]', close: true });
    await ordinal.stream('empty').create({ contentType: 'text/plain' });
    for (const path of ['closed', 'empty']) {
      const exported = await cli('export', 'stream', path);
      expect((await runCli(['import', 'stream', `${path}-copy`], { env, input: exported.stdout })).code).toBe(
        0,
      );
      expect(await ordinal.stream(`${path}-copy`).describe()).toEqual(await ordinal.stream(path).describe());
      expect((await runCli(['import', 'stream', `${path}-copy`], { env, input: exported.stdout })).code).toBe(
        0,
      );
    }
  });

  test('parts by --after are imported one after the other, and not in another order', async () => {
    await ordinal.stream('parts').create({ body: '[1,2,3,4,5]' });
    const whole = await cli('export', 'stream', 'parts');
    const [header = '', ...lines] = whole.stdout.trim().split('\n');
    const records = lines.slice(0, 3);
    const body = `${[header, ...records].join('\n')}\n`;
    const sha256 = createHash('sha256').update(body).digest('hex');
    const first = `${body}{"ordinal":"end","records":3,"last":3,"closed":false,"sha256":"${sha256}"}\n`;
    const rest = await cli('export', 'stream', 'parts', '--after', '3');
    const early = await runCli(['import', 'stream', 'parts-copy'], { env, input: rest.stdout });
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('[destination-too-short]') });
    expect((await runCli(['import', 'stream', 'parts-copy'], { env, input: first })).code).toBe(0);
    expect((await runCli(['import', 'stream', 'parts-copy'], { env, input: rest.stdout })).code).toBe(0);
    expect((await runCli(['import', 'stream', 'parts-copy'], { env, input: rest.stdout })).code).toBe(0);
    expect(await contentOf('parts-copy')).toBe(await contentOf('parts'));
    expect(await cli('export', 'stream', 'parts', '--after', '6')).toMatchObject({ code: 1 });
  });

  test('a stream that was deleted and created anew, whose positions go on', async () => {
    const stream = ordinal.stream('reborn');
    await stream.create({ body: '["old"]' });
    await stream.delete();
    await stream.create({ body: '["a","b","c"]' });
    const exported = await cli('export', 'stream', 'reborn');
    expect((await runCli(['import', 'stream', 'reborn-copy'], { env, input: exported.stdout })).code).toBe(0);
    expect(await contentOf('reborn-copy')).toBe(await contentOf('reborn'));
    const place = (await tailOf('reborn')) - 1;
    const rest = await cli('export', 'stream', 'reborn', '--after', String(place));
    expect(JSON.parse(rest.stdout.split('\n')[0] ?? '')).toMatchObject({ after: place, skipped: 2 });
    expect((await runCli(['import', 'stream', 'reborn-copy'], { env, input: rest.stdout })).code).toBe(0);
    expect(await tailOf('reborn-copy')).toBe(3);
  });

  test('a destination that holds something else is left alone', async () => {
    await ordinal.stream('mine').create({ body: '[1,2,3]' });
    await ordinal.stream('theirs').create({ body: '[1,9]' });
    await ordinal.stream('text').create({ contentType: 'text/plain' });
    const exported = (await cli('export', 'stream', 'mine')).stdout;
    const refused = await runCli(['import', 'stream', 'theirs'], { env, input: exported });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\[destination-differs\]; nothing happened/),
    });
    expect(await tailOf('theirs')).toBe(2);
    const other = await runCli(['import', 'stream', 'text'], { env, input: exported });
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('[content-type-mismatch]') });
  });

  test('--output goes on with --resume after any cut, and overwrites nothing', async () => {
    await fill('cut', MEGABYTE);
    const folder = await directory();
    const whole = join(folder, 'whole.jsonl');
    expect((await cli('export', 'stream', 'cut', '--output', whole)).code).toBe(0);
    const expected = await readFile(whole);
    const { size } = await stat(whole);
    for (const length of [0, 1, 60, 500, Math.floor(size / 2), size - 130, size - 1]) {
      const path = join(folder, `cut-${length}.jsonl`);
      await writeFile(path, expected);
      await truncate(path, length);
      expect((await cli('export', 'stream', 'cut', '--output', path, '--resume')).code).toBe(0);
      expect((await readFile(path)).equals(expected)).toBe(true);
    }
    expect(await cli('export', 'stream', 'cut', '--output', whole)).toMatchObject({ code: 2 });
    expect(await cli('export', 'stream', 'cut', '--output', whole, '--resume')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('is whole'),
    });
    expect(
      await cli('export', 'stream', 'big', '--output', join(folder, 'cut-0.jsonl'), '--resume'),
    ).toMatchObject({ code: 5 });
  });
});

describe('exports that are not whole', () => {
  let text: string;

  beforeAll(async () => {
    await ordinal.stream('sound').create({ body: '[{"a":1},{"a":2},{"a":3}]' });
    text = (await cli('export', 'stream', 'sound')).stdout;
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['cut off between two lines', (sound) => `${sound.split('\n').slice(0, 3).join('\n')}\n`, /cut off/],
    ['cut off within the last line', (sound) => sound.slice(0, -2), /cut off/],
    ['cut off within a record', (sound) => sound.slice(0, sound.indexOf('{"a":2}') + 3), /cut off/],
    ['another record', (sound) => sound.replace('{"a":2}', '{"a":9}'), /digest/],
    ['another header', (sound) => sound.replace('"stream":"sound"', '"stream":"other"'), /digest/],
    ['a record less', (sound) => sound.replace(/\{"position":3,.*\n/, ''), /has 3 records, and has 2/],
    [
      'a record twice',
      (sound) => sound.replace(/(\{"position":2,.*\n)/, '$1$1'),
      /position 2 after 2|has 3 records, and has 4/,
    ],
    ['a record that is none', (sound) => sound.replace('{"a":2}', '{"a":'), /line 3 is no record|digest/],
    ['more behind the end', (sound) => `${sound}{}\n`, /behind the end/],
    ['nothing', () => '', /cut off|no header/],
    ['something else', () => 'hello\n', /no header/],
    ['another version', (sound) => sound.replace('"version":1', '"version":2'), /no header/],
  ])('%s', async (name, bend, message) => {
    const bent = bend(text);
    expect(bent).not.toBe(text);
    const piped = await runCli(['import', 'stream', `piped ${name}`], { env, input: bent });
    expect([piped.code, piped.stderr]).toEqual([5, expect.stringMatching(message)]);
    // Whatever was appended before the fault was found is a beginning of the export.
    const there = await ordinal.stream(`piped ${name}`).read();
    expect(there.kind === 'data' ? Buffer.from(there.body).toString() : '[]').toMatch(
      /^\[(\{"a":[19]\}(,|(?=\])))?/,
    );
    const path = join(await directory(), 'bent.jsonl');
    await writeFile(path, bent);
    const filed = await cli('import', 'stream', `filed ${name}`, path);
    expect([filed.code, filed.stderr]).toEqual([5, expect.stringMatching(message)]);
    // A file is verified before anything is done.
    expect(await ordinal.stream(`filed ${name}`).describe()).toEqual({ kind: 'missing' });
  });
});

describe('namespaces', () => {
  test('all keys of one position, in pages, with any bytes; leased ones only when asked', async () => {
    const { keys, leases } = ordinal.namespace('from');
    const values = new Map<string, Buffer>();
    for (let index = 0; index < 1500; index += 1) {
      values.set(`k/${index} ä"`, Buffer.from([index % 256, 0, ...Buffer.from('x'.repeat(index))]));
    }
    await Promise.all([...values].map(([key, value]) => keys.put(key, value)));
    await leases.grant('l', 600_000);
    await keys.put('leased', 'here', { lease: 'l' });
    const path = join(await directory(), 'keys.jsonl');
    expect((await cli('export', 'namespace', 'from', '--output', path)).code).toBe(0);
    const imported = await cli('import', 'namespace', 'to', path, '--json');
    expect(JSON.parse(imported.stdout)).toMatchObject({ records: 1501, imported: 1500, leftOutWithLease: 1 });
    const to = ordinal.namespace('to');
    for (const [key, value] of values) {
      const got = await to.keys.get(key, { consistency: 'local' });
      if (got.kind !== 'found' || !value.equals(got.entry.value)) throw new Error(key);
    }
    expect(await to.keys.get('leased')).toMatchObject({ kind: 'not-found' });
    const again = await cli('import', 'namespace', 'to', path, '--json', '--keep-leased');
    expect(JSON.parse(again.stdout)).toMatchObject({ records: 1501, imported: 1 });
    expect(await to.keys.get('leased')).toMatchObject({ entry: { lease: undefined } });
    const cut = await readFile(path);
    await truncate(path, Math.floor(cut.length / 3));
    await keys.put('later', 'is not of that position');
    expect((await cli('export', 'namespace', 'from', '--output', path, '--resume')).code).toBe(0);
    expect((await readFile(path)).equals(cut)).toBe(true);
  });

  test('an import that was cut off goes on; a key of somebody else ends it', async () => {
    const { keys } = ordinal.namespace('some');
    for (const key of ['a', 'b', 'c']) await keys.put(key, key);
    const { stdout: text } = await cli('export', 'namespace', 'some');
    const { keys: there } = ordinal.namespace('some-copy');
    await there.put('b', 'b');
    const imported = await runCli(['import', 'namespace', 'some-copy', '--json'], { env, input: text });
    expect(JSON.parse(imported.stdout)).toMatchObject({ records: 3, imported: 2 });
    await there.put('c', 'theirs');
    const refused = await runCli(['import', 'namespace', 'some-copy'], { env, input: text });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/c is there with another value.*\[key-exists\]/),
    });
    expect(await there.get('c')).toMatchObject({ entry: { version: 2 } });
    const forced = await runCli(['import', 'namespace', 'some-copy', '--overwrite', '--json'], {
      env,
      input: text,
    });
    expect(JSON.parse(forced.stdout)).toMatchObject({ imported: 1 });
    expect(await there.get('b')).toMatchObject({ entry: { version: 1 } });
    const wrongKind = await runCli(['import', 'stream', 'x'], { env, input: text });
    expect(wrongKind).toMatchObject({ code: 5, stderr: expect.stringContaining('export of a namespace') });
  });
});
