// Before `npm start` and in `npm run build`: makes the file of the console anew.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { consoleBundle } from './console.ts';

mkdirSync('dist', { recursive: true });
// A server that starts at this moment reads the old file or the new one, never half of one.
const part = `dist/console.json.${process.pid}`;
writeFileSync(part, consoleBundle());
renameSync(part, 'dist/console.json');
