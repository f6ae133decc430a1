// `npm run build`, the first half: empties `dist` and puts the code of the functions and of the command line
// there. So a program that installs the package for its construct needs no bundler.

import { rmSync } from 'node:fs';
import { writeBundle } from './bundle.ts';
import { bundleCommand } from './bundle-command.ts';
import { writeLicenses } from './third-party-licenses.ts';

rmSync('dist', { recursive: true, force: true });
const metafiles = (['api', 'maintenance', 'web'] as const).map((name) =>
  writeBundle(name, `dist/bundles/${name}`),
);
writeLicenses('dist/bundles/THIRD-PARTY-LICENSES.txt', metafiles);
bundleCommand('dist/command');
