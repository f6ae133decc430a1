// `npm run bench:costs`: the table of counted costs.

import { countCosts } from './costs.ts';
import { costFigures, costsTable } from './costs-table.ts';

const rows = await countCosts();
process.stdout.write(`${typeof rows === 'string' ? `skipped: ${rows}` : costsTable(costFigures(rows))}\n`);
