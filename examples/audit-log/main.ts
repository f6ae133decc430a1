// Who did what: node --import tsx examples/audit-log/main.ts note ada "deleted invoice 7"
//               node --import tsx examples/audit-log/main.ts verify
//
// Positions have no gaps, so a reader sees that no entry is missing. Each entry also names the hash of the one before it,
// and is appended only behind that one. So whoever keeps the last hash can prove later that nothing was changed. ORDINAL_URL is
// the address of the server.

import { createHash } from 'node:crypto';
import { connect, type Stream } from 'ordinal/client';

interface Entry {
  readonly who: string;
  readonly what: string;
  /** The hash of the entry before this one. */
  readonly after: string;
}

const FIRST = '0'.repeat(64);

const hashOf = (entry: Entry) => createHash('sha256').update(JSON.stringify(entry)).digest('hex');

/** Reads all entries, and checks that each follows the one before it. */
async function verified(stream: Stream): Promise<{ count: number; hash: string }> {
  let count = 0;
  let hash = FIRST;
  for (;;) {
    const read = await stream.read(count);
    if (read.kind !== 'data') throw new Error(`the log cannot be read: ${read.kind}`);
    const entries = JSON.parse(Buffer.from(read.body).toString()) as Entry[];
    for (const entry of entries) {
      count += 1;
      if (entry.after !== hash) throw new Error(`entry ${count} does not follow the one before it`);
      hash = hashOf(entry);
    }
    if (read.upToDate) return { count, hash };
  }
}

async function note(stream: Stream, who: string, what: string): Promise<number> {
  for (;;) {
    const { count, hash } = await verified(stream);
    const appended = await stream.append(JSON.stringify({ who, what, after: hash } satisfies Entry), {
      expectedTail: count,
    });
    if (appended.kind === 'appended') return appended.last;
    // Somebody else has noted something meanwhile.
    if (appended.kind !== 'tail-mismatch') throw new Error(`not known to be noted: ${appended.kind}`);
  }
}

const [verb, who = 'ada', what = 'logged in'] = process.argv.slice(2);
const ordinal = connect(process.env['ORDINAL_URL'] ?? 'http://127.0.0.1:4437');
const audit = ordinal.stream('audit');
await audit.create();
if (verb === 'note') console.log(`noted at ${await note(audit, who, what)}`);
else {
  const { count, hash } = await verified(audit);
  console.log(`${count} entries, the last one is ${hash}`);
}
await ordinal.close();
