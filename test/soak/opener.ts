// A short-lived program: opens the data directory as a library, appends or looks once, prints the outcome,
// and exits.

import { parseArgs } from 'node:util';
import { utf8 } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: '' },
      log: { type: 'string', default: '' },
      /** What to append; else it looks at the tail. */
      append: { type: 'string' },
    },
  });
  const store = new SqliteStore(values.data);
  const log = new Log(store, values.log);
  const answer = values.append === undefined ? await look(log) : await log.append([utf8(values.append)]);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  await store.close();
}

async function look(log: Log) {
  const end = await log.checkTail();
  return { kind: 'tail', tail: end.kind === 'end' ? end.segment.tail : 0 };
}

await main();
