// `npm run bench -- scale`: the table and the picture of the scale model.

import { writeFileSync } from 'node:fs';
import { flagsOf } from '../arguments.ts';
import { scaleFigures, scalePicture, scaleRows, scaleTable } from './scale-table.ts';

export async function run(args: readonly string[]): Promise<void> {
  flagsOf('Usage: npm run bench -- scale', args, {});
  const figures = scaleFigures(await scaleRows());
  process.stdout.write(`${scaleTable(figures)}\n`);
  writeFileSync('bench/scale/scale.svg', scalePicture(figures));
}
