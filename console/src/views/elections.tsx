// Elections: the leader of each, its term and what it has proclaimed.

import { inNamespace } from '../api/paths.ts';
import type { Election, Elections } from '../api/wire.ts';
import { curl, Facts, LeaseLink } from '../parts/bits.tsx';
import { Detail } from '../parts/frame.tsx';
import { afterName, type Listing, ListView } from '../parts/list-view.tsx';
import { count, shown, spread } from '../parts/text.ts';
import { Past } from './past.tsx';

const listing: Listing<Elections, Election> = {
  resource: 'elections',
  title: 'Elections',
  noun: 'election',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Leader', cell: ({ leader }) => (leader ? <LeaseLink lease={leader.lease} /> : 'nobody') },
    { title: 'Value', cell: ({ leader }) => <span class="value">{leader ? shown(leader) : ''}</span> },
    { title: 'Term', cell: ({ leader }) => (leader ? count(leader.term) : ''), end: true },
    { title: 'Candidates', cell: ({ candidates }) => count(candidates), end: true },
  ],
  rowsOf: ({ elections }) => elections,
  nextOf: ({ elections, more }) => afterName({ more, rows: elections }, ({ name }) => name),
  empty: {
    title: 'No election has candidates',
    text: 'Candidates lead in the order in which they came. A leader that is gone is followed by the next one.',
    command: (name) =>
      curl('PUT', inNamespace(name, '/elections/scheduler'), { ttlMs: 60_000, value: 'host-1' }),
  },
  detail: (name, election) => <ElectionDetail key={name} name={name} election={election} />,
};

export function ElectionsView() {
  return <ListView listing={listing} />;
}

function ElectionDetail({
  name,
  election,
}: {
  readonly name: string;
  readonly election: Election | undefined;
}) {
  const leader = election?.leader;
  return (
    <Detail kind="Election" title={name}>
      {!leader && <p class="quiet">Nobody leads.</p>}
      {leader && (
        <>
          <Facts
            facts={[
              ['Leader', <LeaseLink key="lease" lease={leader.lease} />],
              ['Term', count(leader.term)],
              ['Candidates', count(election.candidates)],
            ]}
          />
          <h3>Proclaimed</h3>
          <pre class="value-text">{spread(leader)}</pre>
        </>
      )}
      <Past resource="elections" name={name} />
    </Detail>
  );
}
