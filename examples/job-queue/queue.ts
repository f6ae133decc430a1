// A queue of jobs whose effects happen exactly once. Jobs are records of a stream. A worker writes the effect of a job and its place in
// the queue in one transaction, so that neither is there without the other, whoever is killed and whatever is sent twice.

import type { Operation, Ordinal } from 'ordinal/client';

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const STREAM = 'transfers';
const PLACE = 'transfers/place';

export async function enqueue(ordinal: Ordinal, transfer: Transfer): Promise<void> {
  const stream = ordinal.stream(STREAM);
  const created = await stream.create();
  if (created.kind === 'failed' || created.kind === 'rejected') throw new Error(created.message);
  const appended = await stream.append(JSON.stringify(transfer));
  if (appended.kind !== 'appended') throw new Error(`not known to be enqueued: ${appended.kind}`);
}

/** Does the jobs that are there; answers how many this worker did. Any number of workers may run at once. */
export async function work(ordinal: Ordinal): Promise<number> {
  const { keys } = ordinal.namespace();
  let done = 0;
  for (;;) {
    const found = await keys.get(PLACE);
    if (found.kind !== 'found' && found.kind !== 'not-found') throw new Error(found.kind);
    const place = found.kind === 'found' ? Number(Buffer.from(found.entry.value).toString()) : 0;
    const version = found.kind === 'found' ? found.entry.version : 0;

    const read = await ordinal.stream(STREAM).read(place);
    if (read.kind === 'missing') return done;
    if (read.kind !== 'data') throw new Error(read.kind);
    const jobs = JSON.parse(Buffer.from(read.body).toString()) as Transfer[];
    if (jobs.length === 0) return done;

    const result = await ordinal.namespace().transact({
      checks: [{ key: PLACE, target: 'version', is: '=', to: version }],
      then: [{ kind: 'put', key: PLACE, value: String(read.next) }, ...jobs.flatMap(effectsOf)],
    });
    // After a failure with an unknown outcome the next look at the place says whether it happened.
    if (result.kind === 'failed') continue;
    if (result.kind !== 'done') throw new Error(result.kind);
    if (result.succeeded) done += jobs.length;
  }
}

function effectsOf({ from, to, amount }: Transfer): Operation[] {
  return [
    { kind: 'add', key: `accounts/${from}`, by: -amount },
    { kind: 'add', key: `accounts/${to}`, by: amount },
  ];
}
