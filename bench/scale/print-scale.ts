// `npm run bench:scale`: the table and the picture of the scale model.

import { writeFileSync } from 'node:fs';
import { scaleFigures, scalePicture, scaleRows, scaleTable } from './scale-table.ts';

const figures = scaleFigures(await scaleRows());
process.stdout.write(`${scaleTable(figures)}\n`);
writeFileSync('bench/scale/scale.svg', scalePicture(figures));
