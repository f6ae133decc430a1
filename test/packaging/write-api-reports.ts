// `npm run api-reports`, after `npm run build`: writes the public surface of each entry point to `api-reports/`.

import { mkdirSync } from 'node:fs';
import { REPORTS, reportAll } from './api-reports.ts';

mkdirSync(REPORTS, { recursive: true });
for (const { report, complaints, changed } of reportAll(true)) {
  process.stdout.write(`${report}${changed ? ', changed' : ''}\n`);
  for (const complaint of complaints) process.stdout.write(`  ${complaint}\n`);
  if (complaints.length > 0) process.exitCode = 1;
}
