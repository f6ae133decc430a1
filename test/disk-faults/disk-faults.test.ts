// Goal: what a failing disk does to the embedded store is told truthfully: what was acknowledged is there, what failed definitely is not, whatever
// is killed afterwards. Method: every write and every sync of a commit fails in turn, in every way, below the real
// SQLite; then the log is read as it is at the end, and as a kill would have left it.

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { directory } from '../support/clean-up.ts';
import type { Case, Fault, Seen } from './cases.ts';

// biome-ignore lint/style/noProcessEnv: set by run.ts
const library = process.env['FAULTY_DISK_LIBRARY'];
const { EIO, ENOSPC } = constants.errno;
const WRITES = 1;
const SYNCS = 2;
const DATABASE = 1;
const LOG = 2;
/** No measure of anything. */
const HANGS_AFTER_MS = 600_000;

async function seenIn(cases: readonly Case[]): Promise<Seen[]> {
  const control = join(await directory(), 'control');
  await writeFile(control, new Uint8Array(64));
  const args = ['--import', 'tsx', 'test/disk-faults/program.ts', control, JSON.stringify(cases)];
  // biome-ignore lint/style/noProcessEnv: the program needs what this one has, and the library
  const env = { ...process.env, LD_PRELOAD: library, FAULTY_DISK_CONTROL: control };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 26 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Seen);
}

function expectTruth({ told, afterKill, atEnd, faults }: Seen): void {
  expect(faults).toEqual([]);
  expect(told['before']).toBe('appended 1');
  expect(told['after']).toMatch(/^appended/);
  for (const [text, outcome] of Object.entries(told)) {
    for (const texts of text === 'after' ? [atEnd] : [afterKill, atEnd]) {
      const positions = texts.flatMap((other, index) => (other === text ? [index + 1] : []));
      if (outcome === 'definite') expect([text, positions]).toEqual([text, []]);
      else if (outcome === 'indefinite') expect(positions.length).toBeLessThanOrEqual(1);
      else expect([text, `appended ${positions}`]).toEqual([text, outcome]);
    }
  }
}

function faults(given: Omit<Fault, 'skip'>, skips: number): Fault[] {
  return Array.from({ length: skips }, (_, skip) => ({ ...given, skip }));
}

/** An append of this size writes a few pages. A commit of it makes fewer calls of each kind than these. */
const SMALL = { recordBytes: 3000, appends: 1 } as const;
const WRITES_OF_A_COMMIT = 12;
const SYNCS_OF_A_COMMIT = 2;
/** So many of these fill the log, and it is taken over into the database meanwhile. */
const LARGE = { recordBytes: 100_000, appends: 45 } as const;

describe.skipIf(!library)('a commit', () => {
  test.each([
    ['a write fails once, and has written nothing', WRITES, ENOSPC, 0],
    ['a write fails once, and has written a part', WRITES, ENOSPC, 11],
    ['a write fails once with an error of the disk', WRITES, EIO, 2000],
    ['a write fails once, though all of it is there', WRITES, EIO, -1],
    ['a sync fails once', SYNCS, EIO, 0],
    ['a sync fails once, though all is on disk', SYNCS, EIO, -1],
    ['a sync finds no room', SYNCS, ENOSPC, 0],
  ] as const)(
    '%s: nothing has happened',
    { timeout: HANGS_AFTER_MS },
    async (_name, call, errno, partial) => {
      const skips = call === WRITES ? WRITES_OF_A_COMMIT : SYNCS_OF_A_COMMIT;
      const given = { call, file: LOG, sticky: false, errno, partial } as const;
      const all = await seenIn(faults(given, skips).map((fault) => ({ fault, ...SMALL })));
      const outcomes = all.map(({ told }) => told['under 0']);
      for (const seen of all) expectTruth(seen);
      // The calls of the commit fail one after the other, and then there are none left to fail.
      const failed = outcomes.indexOf('appended 2');
      expect(failed).toBeGreaterThan(0);
      expect(outcomes.slice(0, failed)).toEqual(Array.from({ length: failed }, () => 'definite'));
      expect(new Set(outcomes.slice(failed))).toEqual(new Set(['appended 2']));
    },
  );

  test.each([
    ['writes', WRITES, ENOSPC, 11],
    ['writes that are there all the same', WRITES, EIO, -1],
    ['syncs', SYNCS, EIO, 0],
  ] as const)(
    'all %s fail from one of them on: the truth is told',
    {
      timeout: HANGS_AFTER_MS,
    },
    async (_name, call, errno, partial) => {
      const skips = call === WRITES ? WRITES_OF_A_COMMIT : SYNCS_OF_A_COMMIT;
      const given = { call, file: LOG, sticky: true, errno, partial } as const;
      for (const seen of await seenIn(faults(given, skips).map((fault) => ({ fault, ...SMALL })))) {
        expectTruth(seen);
      }
    },
  );
});

describe.skipIf(!library)('taking the log over into the database', () => {
  test.each([
    ['a write', WRITES, ENOSPC, 0, false],
    ['a write in the middle of a page', WRITES, EIO, 2000, false],
    ['all writes', WRITES, ENOSPC, 0, true],
    ['a sync', SYNCS, EIO, 0, false],
    ['all syncs', SYNCS, EIO, 0, true],
  ] as const)('%s fails: no append does', { timeout: HANGS_AFTER_MS }, async (...given) => {
    const [, call, errno, partial, sticky] = given;
    const skips = call === WRITES ? [0, 1, 7, 100, 400] : [0, 1];
    const cases = skips.map((skip) => ({
      fault: { call, file: DATABASE, sticky, errno, partial, skip } as const,
      ...LARGE,
    }));
    for (const seen of await seenIn(cases)) {
      expectTruth(seen);
      expect(new Set(Object.values(seen.told).map((outcome) => outcome.split(' ')[0]))).toEqual(
        new Set(['appended']),
      );
    }
  });
});
