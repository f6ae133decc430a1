// Sequences and the last number that each has given.

import { inNamespace } from '../api/paths.ts';
import type { Sequence, Sequences } from '../api/wire.ts';
import { curl, Facts } from '../parts/bits.tsx';
import { Detail } from '../parts/frame.tsx';
import { afterName, type Listing, ListView } from '../parts/list-view.tsx';
import { count } from '../parts/text.ts';
import { Past } from './past.tsx';

const listing: Listing<Sequences, Sequence> = {
  resource: 'sequences',
  title: 'Sequences',
  noun: 'sequence',
  nameOf: ({ name }) => name,
  columns: [{ title: 'Last number', cell: ({ value }) => count(value), end: true }],
  rowsOf: ({ sequences }) => sequences,
  nextOf: ({ sequences, more }) => afterName({ more, rows: sequences }, ({ name }) => name),
  empty: {
    title: 'No sequence has given a number',
    text: 'A sequence gives each caller another number, and no number twice.',
    command: (name) => curl('POST', inNamespace(name, '/sequences/invoices'), {}),
  },
  detail: (name, sequence) => (
    <Detail key={name} kind="Sequence" title={name}>
      <Facts facts={[['Last number', sequence ? count(sequence.value) : 'none so far']]} />
      <Past resource="sequences" name={name} />
    </Detail>
  ),
};

export function SequencesView() {
  return <ListView listing={listing} />;
}
