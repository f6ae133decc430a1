// `npm run bench -- contention`: the table and the picture of `contention.ts`.

import { writeFileSync } from 'node:fs';
import { flagsOf } from './arguments.ts';
import { type ContentionRow, contend } from './contention.ts';

const WRITERS: readonly (readonly [writers: number, appendsEach: number])[] = [
  [1, 400],
  [4, 200],
  [8, 100],
  [16, 60],
  [32, 40],
  [64, 30],
  [128, 20],
  [1000, 1],
];

export async function run(args: readonly string[]): Promise<void> {
  flagsOf('Usage: npm run bench -- contention', args, {});
  const rows: ContentionRow[] = [];
  for (const [writers, appendsEach] of WRITERS) rows.push(await contend(writers, appendsEach));
  const head =
    '| writers | appends each | round trips | write units | throttled | appends/s | p50 ms | p99 ms | all done, s | failed |';
  const lines = rows.map((row) => {
    const cells = [
      row.writers,
      row.appendsEach,
      row.roundTrips.toFixed(2),
      row.writeUnits.toFixed(2),
      row.throttled.toFixed(2),
      row.appendsASecond.toFixed(0),
      row.p50Ms.toFixed(0),
      row.p99Ms.toFixed(0),
      (row.finishedMs / 1000).toFixed(2),
      row.failed,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  process.stdout.write(`${[head, `|${' --- |'.repeat(10)}`, ...lines].join('\n')}\n`);
  writeFileSync('bench/contention.svg', picture(rows));
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 50;

/** Round trips and units per append over the number of writers, on a logarithmic axis. */
function picture(rows: readonly ContentionRow[]): string {
  const x = (writers: number) => MARGIN + (Math.log10(writers) / 3) * (WIDTH - 2 * MARGIN);
  const top = Math.max(6, ...rows.map((row) => Math.max(row.roundTrips, row.writeUnits)));
  const y = (value: number) => HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN);
  const curve = (color: string, label: string, of: (row: ContentionRow) => number, line: number) => {
    const points = rows.map((row) => `${x(row.writers).toFixed(1)},${y(of(row)).toFixed(1)}`).join(' ');
    const caption = `<text x="${MARGIN + 10}" y="${MARGIN + 16 * line}" fill="${color}">${label}</text>`;
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>${caption}`;
  };
  const ticks = rows.map(
    (row) =>
      `<text x="${x(row.writers).toFixed(1)}" y="${HEIGHT - MARGIN + 18}" text-anchor="middle">${row.writers}</text>`,
  );
  const levels = [0, 1, 2, 3, 4, 5, 6].map(
    (value) =>
      `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
      `<text x="${MARGIN - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Round trips and write units per append, over the number of independent writers</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...levels,
    ...ticks,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle">independent writers on one log</text>`,
    curve('#1f77b4', 'round trips per append', (row) => row.roundTrips, 0),
    curve('#d62728', 'write units per append', (row) => row.writeUnits, 1),
    '</svg>\n',
  ].join('\n');
}
