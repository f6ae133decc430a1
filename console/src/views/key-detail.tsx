// One key: its value, its versions, and changes that overwrite nothing that others have written meanwhile.

import { useSignal } from '@preact/signals';
import { get } from '../api/http.ts';
import { below, inNamespace, pathFault } from '../api/paths.ts';
import type { KeyEntry } from '../api/wire.ts';
import { At, Facts, LeaseLink } from '../parts/bits.tsx';
import { type Change, Confirmed, Outcomes, useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Area, Form } from '../parts/form.tsx';
import { Detail } from '../parts/frame.tsx';
import { KeyHint } from '../parts/key-hint.tsx';
import { bytesOf, count, size, spread } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { namespace } from '../state/route.ts';
import { Versions } from './versions.tsx';

export function KeyDetail({ name }: { readonly name: string }) {
  const fault = pathFault(name);
  if (fault === undefined) return <Known name={name} />;
  return (
    <Detail kind="Key" title={name}>
      <p class="quiet">The console cannot open it: {fault}.</p>
    </Detail>
  );
}

function Known({ name }: { readonly name: string }) {
  const path = inNamespace(namespace.value, below('/keys', name));
  const { answer, problem } = useLive(() => get<KeyEntry>(path), path);
  const change = useChange();
  const isGone = problem?.code === 'key-not-found';
  const entry = isGone ? undefined : answer?.body;
  return (
    <Detail kind="Key" title={name} actions={entry && <Actions path={path} entry={entry} change={change} />}>
      <Outcomes change={change} />
      {isGone && <p class="quiet">There is no such key now.</p>}
      {problem && !isGone && !answer && (
        <ReadFault problem={problem} scope={`keys:read:${namespace.value}:${name}`} />
      )}
      {entry && (
        <>
          <pre class="value-text">{spread(entry)}</pre>
          <Facts
            facts={[
              ['Version', count(entry.version)],
              ['Size', size(bytesOf(entry))],
              ['Created at', <At key="created" position={entry.created} />],
              ['Changed at', <At key="modified" position={entry.modified} />],
              ...(entry.lease === undefined
                ? []
                : [['Goes with', <LeaseLink key="l" lease={entry.lease} />] as const]),
            ]}
          />
          <Edit path={path} entry={entry} />
          <Versions path={path} entry={entry} />
        </>
      )}
    </Detail>
  );
}

interface ActionsProps {
  readonly path: string;
  readonly entry: KeyEntry;
  readonly change: Change;
}

function Actions({ path, entry, change }: ActionsProps) {
  const remove = () => {
    const headers = { 'if-match': `"${entry.modified}"` };
    change.ask({ method: 'DELETE', path, headers, keyed: true, text: 'Deleted.' });
  };
  return (
    <Confirmed
      label="Delete"
      question={`Delete version ${entry.version}?`}
      disabled={change.isSending}
      onConfirm={remove}
    />
  );
}

/** The text of the reader, and the version that it is meant to follow. */
interface Draft {
  readonly modified: number;
  readonly version: number;
}

function Edit({ path, entry }: { readonly path: string; readonly entry: KeyEntry }) {
  const draft = useSignal<Draft | undefined>(undefined);
  const text = useSignal('');
  const change = useChange();
  if (entry.value === undefined)
    return <p class="quiet">The value is no text, so it cannot be edited here.</p>;
  const begin = () => {
    draft.value = entry;
    text.value = entry.value ?? '';
  };
  if (!draft.value) {
    return (
      <>
        <Outcomes change={change} />
        <button type="button" data-shortcut="e" aria-keyshortcuts="e" onClick={begin}>
          Edit <KeyHint name="e" />
        </button>
      </>
    );
  }
  const { modified, version } = draft.value;
  const put = () => {
    const headers = { 'if-match': `"${modified}"` };
    const done = () => {
      draft.value = undefined;
    };
    change.ask({ method: 'PUT', path, headers, body: text.value, keyed: true, done, text: 'Put.' });
  };
  return (
    <div class="sheet">
      <Form label="New value" submit={`Put after version ${version}`} change={change} onSubmit={put}>
        <Area label="New value" text={text} rows={5} />
      </Form>
      {entry.modified !== modified && (
        <p class="fault refused" role="status">
          The key has changed since: it is at version {count(entry.version)}. What you put would be refused.
        </p>
      )}
      <button type="button" class="link" onClick={begin}>
        Begin from the present value
      </button>
      <button type="button" class="link" onClick={() => (draft.value = undefined)}>
        Give up
      </button>
    </div>
  );
}
