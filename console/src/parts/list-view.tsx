// The view of a resource of the namespace: its list, what to do where it is empty, and the open item beside
// it.

import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { get, type Outcome } from '../api/http.ts';
import { type Listed, listed, PAGE_ROWS, type Query, queryOf } from '../api/pages.ts';
import { inNamespace } from '../api/paths.ts';
import { useLive } from '../state/live.ts';
import { namespace, route } from '../state/route.ts';
import { Empty } from './bits.tsx';
import { ReadFault } from './fault.tsx';
import { Frame } from './frame.tsx';
import { type Column, Table } from './table.tsx';
import { counted } from './text.ts';

export interface Listing<Body, Row> {
  /** As in paths and scopes, such as `locks`. */
  readonly resource: string;
  readonly title: string;
  /** One of them, such as `lock`. */
  readonly noun: string;
  readonly nameOf: (row: Row) => string;
  readonly columns: readonly Column<Row>[];
  readonly rowsOf: (body: Body) => readonly Row[];
  /** The query of the page after this one; undefined on the last page. */
  readonly nextOf: (body: Body) => Query | undefined;
  readonly empty: {
    readonly title: string;
    readonly text: string;
    /** The command line that fills the list. */
    readonly command: (namespace: string) => string;
  };
  /** @param row undefined when the item is not in the list */
  readonly detail: (name: string, row: Row | undefined) => ComponentChildren;
  readonly action?: { readonly label: string; readonly form: (isOpen: Signal<boolean>) => ComponentChildren };
}

/** The next page of a list that goes by names. */
export function afterName<Row>(
  { more, rows }: { readonly more: boolean; readonly rows: readonly Row[] },
  nameOf: (row: Row) => string,
): Query | undefined {
  const last = rows.at(-1);
  return more && last !== undefined ? { after: nameOf(last) } : undefined;
}

export function ListView<Body, Row>({ listing }: { readonly listing: Listing<Body, Row> }) {
  const { resource, title, noun, empty, action } = listing;
  const prefix = useSignal('');
  const pages = useSignal(1);
  const isActing = useSignal(false);
  const key = JSON.stringify([namespace.value, prefix.value, pages.value]);
  const load = () => rowsOf(listing, namespace.value, prefix.value, pages.value);
  const { answer, problem } = useLive(load, key);
  const { item } = route.value;
  const rows = answer?.body.rows ?? [];
  const open = rows.find((row) => listing.nameOf(row) === item);
  return (
    <Frame
      title={title}
      note={answer && `${counted(rows.length, noun)}${answer.body.more ? ', and more' : ''}`}
      filter={{ label: `${title} that begin with`, text: prefix }}
      {...(action && { action: { label: action.label, isOpen: isActing, form: action.form(isActing) } })}
      detail={item !== '' && listing.detail(item, open)}
    >
      {problem && !answer && (
        <ReadFault problem={problem} scope={`${resource}:read:${namespace.value}:${prefix.value}*`} />
      )}
      {answer && rows.length === 0 && (
        <Empty
          title={prefix.value === '' ? empty.title : `None begins with ${prefix.value}`}
          commands={[empty.command(namespace.value)]}
        >
          {empty.text}
        </Empty>
      )}
      {answer && rows.length > 0 && (
        <Table
          label={title}
          nameTitle={noun}
          rows={rows}
          nameOf={listing.nameOf}
          columns={listing.columns}
          showMore={answer.body.more ? () => (pages.value += 1) : undefined}
        />
      )}
    </Frame>
  );
}

function rowsOf<Body, Row>(
  { resource, rowsOf: rows, nextOf }: Listing<Body, Row>,
  name: string,
  prefix: string,
  count: number,
): Promise<Outcome<Listed<Row>>> {
  return listed<Body, Row>({
    count,
    ask: (next = {}) =>
      get<Body>(inNamespace(name, `/${resource}${queryOf({ prefix, limit: PAGE_ROWS, ...next })}`)),
    rowsOf: rows,
    nextOf,
  });
}
