// One stream: its live tail, and how to append to it.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { below, pathFault } from '../api/paths.ts';
import { useChange } from '../parts/change.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Area, Form } from '../parts/form.tsx';
import { Detail } from '../parts/frame.tsx';
import { count } from '../parts/text.ts';
import { type StreamRecord, type Tail, useTail } from '../state/tail.ts';

export function StreamDetail({ name }: { readonly name: string }) {
  const fault = pathFault(name);
  if (fault === undefined) return <Known name={name} />;
  return (
    <Detail kind="Stream" title={name}>
      <p class="quiet">The console cannot open it: {fault}.</p>
    </Detail>
  );
}

function Known({ name }: { readonly name: string }) {
  const path = below('/v1/stream', name);
  const tail = useTail(path);
  const { contentType, position, closed, problem, records, isLive } = tail;
  const isMissing = problem?.code === 'stream-not-found';
  return (
    <Detail kind="Stream" title={name}>
      {isMissing && <p class="quiet">There is no such stream now.</p>}
      {problem && !isMissing && position === undefined && (
        <ReadFault problem={problem} scope={`logs:read:${name}`} />
      )}
      {position !== undefined && (
        <>
          <p class="stream-facts">
            <span>{contentType}</span>
            <span>
              tail <strong class="number">{count(position)}</strong>
            </span>
            {closed && <span class="tag">closed</span>}
            <span class={`following ${isLive ? 'on' : ''}`}>{followingText(tail)}</span>
          </p>
          <Records name={name} records={records} />
          {!closed && <Append path={path} contentType={contentType ?? ''} tail={position} />}
        </>
      )}
    </Detail>
  );
}

function followingText({ isLive, closed }: Tail): string {
  if (closed) return 'complete';
  return isLive ? 'following' : 'not connected';
}

/** Stays at its end while new records come, unless the reader has scrolled up. */
function Records({ name, records }: { readonly name: string; readonly records: readonly StreamRecord[] }) {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [records]);
  if (records.length === 0) return <p class="quiet">There are no records yet.</p>;
  return (
    <section
      ref={box}
      class="records"
      aria-label={`Records of ${name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the arrow keys
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 8;
      }}
    >
      <ol>
        {records.map(({ first, last, text }) => (
          <li key={last} class="record">
            <span class="number">{first === last ? count(first) : `${count(first)}–${count(last)}`}</span>
            <code>{text}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface AppendProps {
  readonly path: string;
  readonly contentType: string;
  readonly tail: number;
}

function Append({ path, contentType, tail }: AppendProps) {
  const text = useSignal('');
  const isConditional = useSignal(false);
  const change = useChange();
  const append = () => {
    const condition = isConditional.value
      ? { 'if-match': `"0000000000000000_${String(tail).padStart(16, '0')}"` }
      : {};
    const wish = {
      method: 'POST',
      path,
      headers: { 'content-type': contentType, ...condition },
      body: text.value,
      // The protocol has no key for appends.
      keyed: false,
      advice: 'The records above show whether it did.',
      done: () => {
        text.value = '';
      },
    };
    change.ask(wish);
  };
  return (
    <Form label="Append" submit="Append" change={change} onSubmit={append}>
      <Area label="Append a record (Ctrl+Enter)" text={text} rows={2} />
      <label class="check">
        <input
          type="checkbox"
          checked={isConditional.value}
          onChange={({ currentTarget }) => {
            isConditional.value = currentTarget.checked;
          }}
        />
        Only if the tail is still {count(tail)}
      </label>
    </Form>
  );
}
