// Names: the list, who holds each, claim and release.

import { type Signal, useSignal } from '@preact/signals';
import { get } from '../api/http.ts';
import { inNamespace } from '../api/paths.ts';
import type { NameHolder, Names } from '../api/wire.ts';
import { At, curl, Facts } from '../parts/bits.tsx';
import { Confirmed, Outcomes, useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Field, Form } from '../parts/form.tsx';
import { Detail } from '../parts/frame.tsx';
import { type Listing, ListView } from '../parts/list-view.tsx';
import { useLive } from '../state/live.ts';
import { go, namespace } from '../state/route.ts';
import { Past } from './past.tsx';

const JSON_TYPE = { 'content-type': 'application/json' };

const listing: Listing<Names, NameHolder> = {
  resource: 'names',
  title: 'Names',
  noun: 'name',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Owner', cell: ({ owner }) => owner },
    { title: 'Claimed at', cell: ({ claimedAt }) => <At position={claimedAt} />, end: true },
  ],
  rowsOf: ({ names }) => names,
  nextOf: ({ cursor }) => (cursor === undefined ? undefined : { cursor }),
  empty: {
    title: 'No name is held',
    text: 'A name has at most one owner. All spellings with one canonical form are one name.',
    command: (name) => curl('PUT', inNamespace(name, '/names/alice'), { owner: 'me' }),
  },
  detail: (name) => <NameDetail key={name} name={name} />,
  action: { label: 'Claim', form: (isOpen) => <ClaimForm isOpen={isOpen} /> },
};

export function NamesView() {
  return <ListView listing={listing} />;
}

/** The owner is kept between claims: one reader claims for one owner, mostly. */
function ClaimForm({ isOpen }: { readonly isOpen: Signal<boolean> }) {
  const name = useSignal('');
  const owner = useSignal('');
  const change = useChange();
  const claim = () => {
    const asked = name.value;
    const wish = {
      text: `${asked} is claimed.`,
      method: 'PUT',
      path: inNamespace(namespace.value, `/names/${encodeURIComponent(asked)}`),
      headers: JSON_TYPE,
      // A token may name the owner.
      body: JSON.stringify(owner.value === '' ? {} : { owner: owner.value }),
      keyed: true,
      // The list has the canonical form.
      done: ({ body }: { readonly body: unknown }) => go({ item: (body as NameHolder).name }),
    };
    change.ask(wish);
  };
  return (
    <>
      <Form label="Claim a name" submit="Claim" change={change} onSubmit={claim}>
        <Field label="Name" text={name} first />
        <Field label="Owner" text={owner} required={false} />
      </Form>
      <Lost change={change} name={name.value} />
      <button type="button" class="link" onClick={() => (isOpen.value = false)}>
        Done
      </button>
    </>
  );
}

/** A claim that lost says to whom, and which position decided. */
function Lost({ change, name }: { readonly change: ReturnType<typeof useChange>; readonly name: string }) {
  if (change.sent.kind !== 'failed' || change.sent.problem.code !== 'name-taken') return null;
  const holder = change.sent.problem.members['holder'] as NameHolder | undefined;
  if (!holder) return null;
  return (
    <p class="lost-to">
      <strong>{holder.owner}</strong> holds {holder.name || name}: position <At position={holder.claimedAt} />{' '}
      decided.
    </p>
  );
}

function NameDetail({ name }: { readonly name: string }) {
  const path = inNamespace(namespace.value, `/names/${encodeURIComponent(name)}`);
  const { answer, problem } = useLive(() => get<NameHolder>(path), path);
  const change = useChange();
  const isHeld = answer && problem?.code !== 'name-not-held';
  const release = (owner: string) =>
    change.ask({
      method: 'DELETE',
      path,
      headers: JSON_TYPE,
      body: JSON.stringify({ owner }),
      keyed: true,
      text: 'Released.',
    });
  return (
    <Detail
      kind="Name"
      title={name}
      actions={
        isHeld && (
          <Confirmed
            label="Release"
            question={`Release ${name} for ${answer.body.owner}?`}
            disabled={change.isSending}
            onConfirm={() => release(answer.body.owner)}
          />
        )
      }
    >
      <Outcomes change={change} />
      {problem?.code === 'name-not-held' && <p class="quiet">Nobody holds this name.</p>}
      {problem && problem.code !== 'name-not-held' && !answer && (
        <ReadFault problem={problem} scope={`names:read:${namespace.value}:${name}`} />
      )}
      {isHeld && (
        <Facts
          facts={[
            ['Owner', answer.body.owner],
            ['Claimed at', <At key="at" position={answer.body.claimedAt} />],
          ]}
        />
      )}
      <Past resource="names" name={answer?.body.name ?? name} />
    </Detail>
  );
}
