// Goal: a change of what users may rely on shows in its review. Method: the surface of each entry point as it is built,
// against the reports in `api-reports/`.

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ENTRY_POINTS, REPORTS, type Reported, reportAll } from './api-reports.ts';

/** A compiler reads all declarations, those of CDK among them, which takes long on a busy machine. */
const HANGS_AFTER_MS = 300_000;

/** Its parts, such as `Log` and `Replica`, have members of types that no program needs by name. */
const WITH_PARTS = 'ordinal';

let reported: Reported[];

beforeAll(() => {
  reported = reportAll(false);
}, HANGS_AFTER_MS);

test.each(ENTRY_POINTS)('the report of $name is up to date', ({ name }) => {
  const { report, changed } = reported.find((one) => one.name === name) ?? {};
  const advice = `${report} is stale: run npm run build && npm run api-reports, and look at the difference`;
  expect(changed === false ? 'up to date' : advice).toBe('up to date');
});

test.each(ENTRY_POINTS.filter(({ name }) => name !== WITH_PARTS))(
  '$name exports every type that it uses',
  ({ name }) => {
    expect(reported.find((one) => one.name === name)?.complaints).toEqual([]);
  },
);

test('there is no report without an entry point', () => {
  expect(readdirSync(REPORTS).toSorted()).toEqual(
    ENTRY_POINTS.map(({ report }) => basename(report)).toSorted(),
  );
});
