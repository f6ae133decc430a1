// Locks: holders with their tokens, and the queue behind them.

import { get } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import type { Lock, Locks, Place } from '../api/wire.ts';
import { curl, LeaseLink } from '../parts/bits.tsx';
import { Confirmed, Outcomes, useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Detail } from '../parts/frame.tsx';
import { afterName, type Listing, ListView } from '../parts/list-view.tsx';
import { count } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { namespace } from '../state/route.ts';
import { Past } from './past.tsx';

const listing: Listing<Locks, Lock> = {
  resource: 'locks',
  title: 'Locks',
  noun: 'lock',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Holder', cell: ({ holders }) => <Holders holders={holders} /> },
    { title: 'Token', cell: ({ holders }) => holders.map(({ token }) => count(token)).join(', '), end: true },
    {
      title: 'Waiting',
      cell: ({ waiters }) => (waiters.length === 0 ? '' : count(waiters.length)),
      end: true,
    },
  ],
  rowsOf: ({ locks }) => locks,
  nextOf: ({ locks, more }) => afterName({ more, rows: locks }, ({ name }) => name),
  empty: {
    title: 'No lock is held',
    text: 'A lock is held by a lease and granted in the order of requests. Each grant has a greater fencing token.',
    command: (name) => curl('PUT', inNamespace(name, '/locks/nightly-report'), { ttlMs: 60_000 }),
  },
  detail: (name) => <LockDetail key={name} name={name} />,
};

export function LocksView() {
  return <ListView listing={listing} />;
}

function Holders({ holders }: Pick<Lock, 'holders'>) {
  return (
    <>
      {holders.map(({ lease }) => (
        <LeaseLink key={lease} lease={lease} />
      ))}
    </>
  );
}

function LockDetail({ name }: { readonly name: string }) {
  const path = inNamespace(namespace.value, `/locks/${encodeURIComponent(name)}`);
  const { answer, problem } = useLive(() => get<Omit<Lock, 'name'>>(path), path);
  const change = useChange();
  const release = (lease: string) => {
    const headers = { 'content-type': 'application/json' };
    // The same release again finds nothing to do.
    const advice = 'The list shows whether it did.';
    change.ask({
      method: 'DELETE',
      path,
      headers,
      body: JSON.stringify({ lease }),
      keyed: false,
      advice,
      text: 'Released.',
    });
  };
  const body = answer?.body;
  return (
    <Detail kind="Lock" title={name}>
      <Outcomes change={change} />
      {problem && !answer && <ReadFault problem={problem} scope={`locks:read:${namespace.value}:${name}`} />}
      {body && body.holders.length === 0 && <p class="quiet">The lock is free.</p>}
      {body && body.holders.length > 0 && (
        <Queue
          title={body.holders.length === 1 ? 'Holder' : 'Holders'}
          places={body.holders}
          onRelease={release}
        />
      )}
      {body && body.waiters.length > 0 && <Queue title="Queue" places={body.waiters} onRelease={release} />}
      <Past resource="locks" name={name} />
    </Detail>
  );
}

interface QueueProps {
  readonly title: string;
  readonly places: readonly Place[];
  readonly onRelease: (lease: string) => void;
}

function Queue({ title, places, onRelease }: QueueProps) {
  return (
    <>
      <h3>{title}</h3>
      <ol class="queue">
        {places.map(({ lease, token }) => (
          <li key={lease}>
            <LeaseLink lease={lease} />
            <span class="token">token {count(token)}</span>
            <Confirmed label="Release" question={`Take ${lease} out?`} onConfirm={() => onRelease(lease)} />
          </li>
        ))}
      </ol>
    </>
  );
}
