// `npm run docs:cli`: writes docs/cli.md anew.

import { writeFile } from 'node:fs/promises';
import { referenceText } from './reference.ts';

await writeFile('docs/cli.md', await referenceText());
process.stdout.write('docs/cli.md is written\n');
