// Keys: the tree, and how to put one.

import { type Signal, useSignal } from '@preact/signals';
import { below, inNamespace, pathFault } from '../api/paths.ts';
import { curl, Empty } from '../parts/bits.tsx';
import { useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Area, Field, Form } from '../parts/form.tsx';
import { Frame } from '../parts/frame.tsx';
import { counted } from '../parts/text.ts';
import { useKeys } from '../state/keys.ts';
import { go, namespace, route } from '../state/route.ts';
import { KeyDetail } from './key-detail.tsx';
import { KeyTree } from './key-tree.tsx';

export function KeysView() {
  const prefix = useSignal('');
  const isPutting = useSignal(false);
  const toggled = useSignal<ReadonlySet<string>>(new Set());
  const { entries, more, problem, since } = useKeys(namespace.value, prefix.value);
  const { item } = route.value;
  return (
    <Frame
      title="Keys"
      note={
        entries &&
        `${counted(entries.length, 'key')}${more ? ', and more: narrow them down by a prefix' : ''}`
      }
      filter={{ label: 'Keys that begin with', text: prefix }}
      action={{ label: 'Put', isOpen: isPutting, form: <PutForm isOpen={isPutting} /> }}
      detail={item !== '' && <KeyDetail key={item} name={item} />}
    >
      {problem && !entries && (
        <ReadFault problem={problem} scope={`keys:read:${namespace.value}:${prefix.value}*`} />
      )}
      {entries?.length === 0 && (
        <Empty
          title={prefix.value === '' ? 'There are no keys' : `No key begins with ${prefix.value}`}
          commands={[curl('PUT', inNamespace(namespace.value, '/keys/config/timeout'), '30s')]}
        >
          A key has a value, a version and a past. The console shows changes as they happen.
        </Empty>
      )}
      {entries && entries.length > 0 && <KeyTree entries={entries} toggled={toggled} since={since} />}
    </Frame>
  );
}

/** Puts a key that is not there yet: one that is there is changed where its value shows. */
function PutForm({ isOpen }: { readonly isOpen: Signal<boolean> }) {
  const key = useSignal('');
  const value = useSignal('');
  const fault = useSignal<string | undefined>(undefined);
  const change = useChange();
  const put = () => {
    const asked = key.value;
    fault.value = pathFault(asked);
    if (fault.value !== undefined) return;
    const wish = {
      text: `${asked} is there.`,
      method: 'PUT',
      path: inNamespace(namespace.value, below('/keys', asked)),
      headers: { 'if-none-match': '*' },
      body: value.value,
      keyed: true,
      done: () => go({ item: asked }),
    };
    change.ask(wish);
  };
  return (
    <>
      <Form label="Put a new key" submit="Put" change={change} onSubmit={put}>
        <Field label="New key" text={key} placeholder="config/timeout" first />
        <Area label="Value" text={value} />
      </Form>
      {fault.value && (
        <p class="fault refused" role="alert">
          This cannot be a key here: {fault.value}.
        </p>
      )}
      <button type="button" class="link" onClick={() => (isOpen.value = false)}>
        Done
      </button>
    </>
  );
}
