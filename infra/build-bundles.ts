// `npm run build`, the first half: empties `dist` and puts the code of the functions and of the command line
// there. So a program that installs the package for its construct needs no bundler.

import { rmSync } from 'node:fs';
import { bundle } from './bundle.ts';
import { bundleCommand } from './bundle-command.ts';

rmSync('dist', { recursive: true, force: true });
for (const name of ['api', 'maintenance', 'web'] as const) bundle(name, `dist/bundles/${name}`);
bundleCommand('dist/command');
