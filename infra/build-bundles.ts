// `npm run build`, the first half: empties `dist` and puts the code of the functions there. Those who install
// the package for its construct need no bundler.

import { rmSync } from 'node:fs';
import { bundle } from './bundle.ts';

rmSync('dist', { recursive: true, force: true });
for (const name of ['api', 'maintenance', 'web'] as const) bundle(name, `dist/bundles/${name}`);
