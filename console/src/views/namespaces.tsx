// Namespaces: the position of each log, how far this server's copy is behind it, and the size of its state.

import { useSignal } from '@preact/signals';
import { get } from '../api/http.ts';
import { listed, PAGE_ROWS, queryOf } from '../api/pages.ts';
import { inNamespace } from '../api/paths.ts';
import type { NamespaceDescription, Namespaces } from '../api/wire.ts';
import { curl, Empty } from '../parts/bits.tsx';
import { useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Field, Form } from '../parts/form.tsx';
import { Frame } from '../parts/frame.tsx';
import { count, counted, size } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { addressOf, go, namespace } from '../state/route.ts';

/** Most of them are not the one that the console watches. */
const LOOK_EVERY_MS = 5000;

export function NamespacesView() {
  const pages = useSignal(1);
  const isOpening = useSignal(false);
  const { answer, problem } = useLive(() => namespacesOf(pages.value), String(pages.value), LOOK_EVERY_MS);
  const names = answer?.body.rows ?? [];
  return (
    <Frame
      title="Namespaces"
      note={answer && `${counted(names.length, 'namespace')}${answer.body.more ? ', and more' : ''}`}
      action={{ label: 'Open', isOpen: isOpening, form: <OpenForm names={names} /> }}
    >
      {problem && !answer && <ReadFault problem={problem} scope="namespaces:read:*" />}
      {answer && names.length === 0 && (
        <Empty
          title="No namespace was written to"
          commands={[curl('PUT', inNamespace('default', '/names/alice'), { owner: 'me' })]}
        >
          A namespace is a state of its own, with an order of its own. The first change makes it.
        </Empty>
      )}
      {names.length > 0 && <NamespaceTable names={names} />}
      {answer?.body.more && (
        <button type="button" class="more" onClick={() => (pages.value += 1)}>
          Show more
        </button>
      )}
    </Frame>
  );
}

function namespacesOf(pageCount: number) {
  return listed<Namespaces, string>({
    count: pageCount,
    ask: (next = {}) => get<Namespaces>(`/v1/namespaces${queryOf({ limit: PAGE_ROWS, ...next })}`),
    rowsOf: ({ names }) => names,
    nextOf: ({ names, more }) => (more ? { startAfter: names.at(-1) } : undefined),
  });
}

/** Also opens one that is not in the list, or whose list the reader may not see. */
function OpenForm({ names }: { readonly names: readonly string[] }) {
  const name = useSignal(namespace.value);
  const change = useChange();
  return (
    <Form
      label="Open a namespace"
      submit="Open"
      change={change}
      onSubmit={() => go({ namespace: name.value, view: 'names' })}
    >
      <Field label="Namespace" text={name} suggestions={names} first />
    </Form>
  );
}

function NamespaceTable({ names }: { readonly names: readonly string[] }) {
  return (
    <table class="rows">
      <caption class="visually-hidden">Namespaces</caption>
      <thead>
        <tr>
          <th scope="col">namespace</th>
          {['Position', 'Behind', 'Keys', 'Leases', 'State', 'Snapshot at', 'Trimmed to'].map((title) => (
            <th key={title} scope="col" class="end">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <NamespaceRow key={name} name={name} />
        ))}
      </tbody>
    </table>
  );
}

function NamespaceRow({ name }: { readonly name: string }) {
  const path = `/v1/namespaces/${encodeURIComponent(name)}`;
  const { answer, problem } = useLive(() => get<NamespaceDescription>(path), path, LOOK_EVERY_MS);
  const isPresent = name === namespace.value;
  return (
    <tr class={isPresent ? 'open' : ''}>
      <th scope="row">
        <a
          class="row-link"
          href={addressOf({ namespace: name, view: 'names' })}
          data-item={name}
          aria-current={isPresent ? 'true' : undefined}
        >
          {name}
        </a>
      </th>
      {answer && <Figures described={answer.body} />}
      {!answer && (
        <td colSpan={7} class="quiet end">
          {problem && <code class="code">{problem.code}</code>}
        </td>
      )}
    </tr>
  );
}

function Figures({ described }: { readonly described: NamespaceDescription }) {
  const { position, applied, keys, leases, stateBytes, snapshotPosition, trimmedTo } = described;
  const behind = Math.max(0, position - applied);
  return (
    <>
      <td class="end number">{count(position)}</td>
      <td class={`end number ${behind === 0 ? 'quiet' : 'warn'}`}>{count(behind)}</td>
      <td class="end number">{count(keys)}</td>
      <td class="end number">{count(leases)}</td>
      <td class="end number">{size(stateBytes)}</td>
      <td class="end number">{snapshotPosition === null ? '–' : count(snapshotPosition)}</td>
      <td class="end number">{trimmedTo === 0 ? '–' : count(trimmedTo)}</td>
    </>
  );
}
