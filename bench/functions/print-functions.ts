// `npm run bench:functions`: the table of the functions.

import { measureFunctions } from './functions.ts';
import { functionsTable } from './functions-table.ts';

const figures = await measureFunctions();
process.stdout.write(`${typeof figures === 'string' ? `skipped: ${figures}` : functionsTable(figures)}\n`);
