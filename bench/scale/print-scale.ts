// `npm run bench:scale`: the table and the picture of the scale model.

import { writeFileSync } from 'node:fs';
import { scalePicture, scaleRows, scaleTable } from './scale-table.ts';

const rows = await scaleRows();
process.stdout.write(`${scaleTable(rows)}\n`);
writeFileSync('bench/scale/scale.svg', scalePicture(rows));
