// Streams: the list, and how to create one.

import { type Signal, useSignal } from '@preact/signals';
import { get } from '../api/http.ts';
import { listed, PAGE_ROWS, queryOf } from '../api/pages.ts';
import { below, pathFault } from '../api/paths.ts';
import type { StreamSummary, Streams } from '../api/wire.ts';
import { curl, Empty } from '../parts/bits.tsx';
import { useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Field, Form } from '../parts/form.tsx';
import { Frame } from '../parts/frame.tsx';
import { Table } from '../parts/table.tsx';
import { count, counted } from '../parts/text.ts';
import { useLive } from '../state/live.ts';
import { go, route } from '../state/route.ts';
import { StreamDetail } from './stream-detail.tsx';

/** The list has no watch. An open stream has one of its own. */
const LOOK_EVERY_MS = 3000;

const CONTENT_TYPES = ['application/json', 'text/plain', 'application/octet-stream'];

export function StreamsView() {
  const prefix = useSignal('');
  const pages = useSignal(1);
  const isCreating = useSignal(false);
  const load = () => streamsOf(prefix.value, pages.value);
  const { answer, problem } = useLive(load, JSON.stringify([prefix.value, pages.value]), LOOK_EVERY_MS);
  const { item } = route.value;
  const rows = answer?.body.rows ?? [];
  return (
    <Frame
      title="Streams"
      note={answer && `${counted(rows.length, 'stream')}${answer.body.more ? ', and more' : ''}`}
      filter={{ label: 'Streams that begin with', text: prefix }}
      action={{ label: 'Create', isOpen: isCreating, form: <CreateForm isOpen={isCreating} /> }}
      detail={item !== '' && <StreamDetail key={item} name={item} />}
    >
      {problem && !answer && <ReadFault problem={problem} scope={`logs:read:${prefix.value}*`} />}
      {answer && rows.length === 0 && (
        <Empty
          title={prefix.value === '' ? 'There are no streams' : `No stream begins with ${prefix.value}`}
          commands={[curl('PUT', '/v1/stream/orders', 'first record')]}
        >
          A stream is one total order of records. Every record has a position that is never given again.
        </Empty>
      )}
      {rows.length > 0 && (
        <Table
          label="Streams"
          nameTitle="Stream"
          rows={rows}
          nameOf={({ name }) => name}
          columns={[
            { title: 'Content type', cell: ({ contentType }) => <span class="quiet">{contentType}</span> },
            { title: 'State', cell: ({ closed }) => (closed ? 'closed' : 'open') },
            { title: 'Tail', cell: ({ tail }) => <span class="number">{count(tail)}</span>, end: true },
          ]}
          showMore={answer?.body.more ? () => (pages.value += 1) : undefined}
        />
      )}
    </Frame>
  );
}

function streamsOf(prefix: string, pageCount: number) {
  return listed<Streams, StreamSummary>({
    count: pageCount,
    ask: (next = {}) => get<Streams>(`/v1/streams${queryOf({ prefix, limit: PAGE_ROWS, ...next })}`),
    rowsOf: ({ streams }) => streams,
    nextOf: ({ streams, more }) => (more ? { after: streams.at(-1)?.name } : undefined),
  });
}

function CreateForm({ isOpen }: { readonly isOpen: Signal<boolean> }) {
  const path = useSignal('');
  const contentType = useSignal('application/json');
  const fault = useSignal<string | undefined>(undefined);
  const change = useChange();
  const create = () => {
    const asked = path.value;
    fault.value = pathFault(asked);
    if (fault.value !== undefined) return;
    const wish = {
      text: `${asked} is there.`,
      method: 'PUT',
      path: below('/v1/stream', asked),
      headers: { 'content-type': contentType.value },
      keyed: false,
      advice: 'To create it again is harmless.',
      done: () => go({ item: asked }),
    };
    change.ask(wish);
  };
  return (
    <>
      <Form label="Create a stream" submit="Create" change={change} onSubmit={create}>
        <Field label="Path" text={path} placeholder="orders/2026" first />
        <Field label="Content type" text={contentType} suggestions={CONTENT_TYPES} />
      </Form>
      {fault.value && (
        <p class="fault refused" role="alert">
          No stream can be there: {fault.value}.
        </p>
      )}
      <button type="button" class="link" onClick={() => (isOpen.value = false)}>
        Done
      </button>
    </>
  );
}
