// A job for each hour, on several machines: node --import tsx examples/scheduled-job/main.ts <host>
//
// The leader does the job. A change of leaders in the middle of an hour does not do it twice, because the note that
// the hour is done is written only if there is none. ORDINAL_URL is the address of the server.

import { connect, keepAlive } from 'ordinal/client';

const [host = 'host-a'] = process.argv.slice(2);
const ordinal = connect(process.env['ORDINAL_URL'] ?? 'http://127.0.0.1:4437');
const { elections, leases, keys } = ordinal.namespace();
const LEASE_TTL_MS = 15_000;

const ended = new AbortController();
process.once('SIGTERM', () => ended.abort());
process.once('SIGINT', () => ended.abort());

async function lead(): Promise<void> {
  const granted = await leases.grant(host, LEASE_TTL_MS);
  if (granted.kind !== 'granted' && granted.kind !== 'exists') throw new Error(granted.kind);
  const kept = keepAlive(leases, host, LEASE_TTL_MS);
  const signal = AbortSignal.any([kept.lost, ended.signal]);
  try {
    while (!signal.aborted) {
      const campaign = await elections.campaign('hourly-report', {
        lease: host,
        value: host,
        waitMs: 20_000,
        signal,
      });
      if (campaign.kind !== 'elected') continue;
      console.log(`${host} leads in term ${campaign.term}`);
      await workUntil(signal, campaign.term);
    }
  } finally {
    kept.stop();
    await leases.revoke(host);
  }
}

/** Looks every second whether the job of this hour is done. */
async function workUntil(signal: AbortSignal, term: number): Promise<void> {
  while (!signal.aborted) {
    const hour = new Date().toISOString().slice(0, 13);
    // The job itself comes here. What it writes to can refuse a smaller term: see fenced-writer.
    const noted = await keys.put(`reports/${hour}`, `by ${host} in term ${term}`, { ifAbsent: true });
    if (noted.kind === 'created') console.log(`${host} did ${hour}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

while (!ended.signal.aborted) await lead();
await ordinal.close();
