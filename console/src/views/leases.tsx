// Leases, counting down. The countdown is this page's own; the list is read again after every position.

import { get } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import type { Lease, Leases } from '../api/wire.ts';
import { curl, Facts } from '../parts/bits.tsx';
import { Confirmed, Outcomes, useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Detail } from '../parts/frame.tsx';
import { afterName, type Listing, ListView } from '../parts/list-view.tsx';
import { count, span } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { namespace } from '../state/route.ts';
import { now } from '../state/waiting.ts';
import { Past } from './past.tsx';

/** With the moment, by the clock of this page, at which its time is over. */
interface Counting extends Lease {
  readonly dueAt: number;
}

const listing: Listing<Leases, Counting> = {
  resource: 'leases',
  title: 'Leases',
  noun: 'lease',
  nameOf: ({ lease }) => lease,
  columns: [
    { title: 'Left', cell: (lease) => <Countdown lease={lease} /> },
    { title: 'Time to live', cell: ({ ttlMs }) => span(ttlMs), end: true },
    { title: 'Keys', cell: ({ keys }) => count(keys), end: true },
  ],
  rowsOf: ({ leases }) => leases.map((lease) => ({ ...lease, dueAt: Date.now() + lease.leftMs })),
  nextOf: ({ leases, more }) => afterName({ more, rows: leases }, ({ lease }) => lease),
  empty: {
    title: 'No lease is running',
    text: 'A lease ends when nobody renews it. Its keys, locks and memberships go with it.',
    command: (name) => curl('PUT', inNamespace(name, '/leases/worker-1'), { ttlMs: 60_000 }),
  },
  detail: (name) => <LeaseDetail key={name} name={name} />,
};

export function LeasesView() {
  return <ListView listing={listing} />;
}

function Countdown({ lease: { ttlMs, dueAt } }: { readonly lease: Pick<Counting, 'ttlMs' | 'dueAt'> }) {
  const leftMs = Math.max(0, Math.min(ttlMs, dueAt - now.value));
  const share = ttlMs === 0 ? 0 : leftMs / ttlMs;
  return (
    <span class="countdown">
      <meter
        class={share < 0.25 ? 'low' : ''}
        min={0}
        max={1}
        value={share}
        aria-label="share of its time left"
      />
      <span class="left">{leftMs === 0 ? 'due' : span(leftMs)}</span>
    </span>
  );
}

function LeaseDetail({ name }: { readonly name: string }) {
  const path = inNamespace(namespace.value, `/leases/${encodeURIComponent(name)}`);
  const { answer, problem } = useLive(async () => {
    const outcome = await get<Lease>(path);
    if (outcome.kind === 'problem') return outcome;
    return { ...outcome, body: { ...outcome.body, dueAt: Date.now() + outcome.body.leftMs } };
  }, path);
  const change = useChange();
  const hasEnded = problem?.code === 'lease-not-found';
  const revoke = () =>
    change.ask({
      method: 'DELETE',
      path,
      keyed: false,
      advice: 'The list shows whether it did.',
      text: 'Revoked.',
    });
  return (
    <Detail
      kind="Lease"
      title={name}
      actions={
        answer &&
        !hasEnded && <Confirmed label="Revoke" question="End it now, with all it holds?" onConfirm={revoke} />
      }
    >
      <Outcomes change={change} />
      {hasEnded && <p class="quiet">The lease has ended, or never was.</p>}
      {problem && !hasEnded && !answer && (
        <ReadFault problem={problem} scope={`leases:read:${namespace.value}:${name}`} />
      )}
      {answer && !hasEnded && (
        <Facts
          facts={[
            ['Left', <Countdown key="left" lease={answer.body} />],
            ['Time to live', span(answer.body.ttlMs)],
            ['Keys that go with it', count(answer.body.keys)],
          ]}
        />
      )}
      <Past resource="leases" name={name} />
    </Detail>
  );
}
