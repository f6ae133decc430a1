// The tables in the documents, made from `results.json`. Each stands between `<!-- table: NAME -->` and
// `<!-- end -->`.

import { coldStartTable } from './cold-start/cold-start.ts';
import { costsTable, snapshotsTable } from './costs/costs-table.ts';
import type { Results } from './figures.ts';
import { firstClaimTable } from './first-claim/first-claim.ts';
import { functionsTable } from './functions/functions-table.ts';
import { goalsTable } from './goals.ts';
import { diskTable } from './growth/disk.ts';
import { growthTable } from './growth/growth-table.ts';
import { peersBriefTable, peersTable } from './peers/peers-table.ts';
import { scaleTable } from './scale/scale-table.ts';
import { watchersTable } from './watchers/watchers-table.ts';

export const DOCUMENTS = ['docs/performance.md', 'bench/README.md', 'docs/deployment.md'] as const;

const TABLES: Readonly<Record<string, (figures: Results['figures']) => string>> = {
  peers: peersTable,
  'peers in brief': peersBriefTable,
  watchers: watchersTable,
  costs: costsTable,
  snapshots: snapshotsTable,
  'growth of a log': (figures) => growthTable(figures, 'log'),
  'growth of a namespace': (figures) => growthTable(figures, 'namespace'),
  'cold start': coldStartTable,
  'first claim': firstClaimTable,
  disk: diskTable,
  scale: scaleTable,
  goals: goalsTable,
  functions: functionsTable,
};

/** @throws Error when a document asks for a table that there is not. */
export function withTables(document: string, { figures }: Results): string {
  return document.replace(
    /(<!-- table: ([\w ]+) -->\n).*?(\n<!-- end -->)/gs,
    (_all, begin: string, name: string, end: string) => {
      const table = TABLES[name];
      if (!table) throw new Error(`there is no table ${name}`);
      return `${begin}\n${table(figures)}\n${end}`;
    },
  );
}
