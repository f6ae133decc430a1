// A dense table. The first cell of a row is a link to its item, and the whole row leads there.

import type { ComponentChildren } from 'preact';
import { addressOf, route } from '../state/route.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the end of their column. */
  readonly end?: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  /** The columns after the one of the name. */
  readonly columns: readonly Column<Row>[];
  readonly nameTitle: string;
  /** The page of more rows; undefined when all are shown. */
  readonly showMore?: (() => void) | undefined;
}

export function Table<Row>({ label, rows, nameOf, nameTitle, columns, showMore }: TableProps<Row>) {
  return (
    <>
      <table class="rows">
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{nameTitle}</th>
            {columns.map(({ title, end }) => (
              <th key={title} scope="col" class={end ? 'end' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={nameOf(row)} row={row} name={nameOf(row)} columns={columns} />
          ))}
        </tbody>
      </table>
      {showMore && (
        <button type="button" class="more" onClick={showMore}>
          Show more
        </button>
      )}
    </>
  );
}

interface RowProps<Row> {
  readonly row: Row;
  readonly name: string;
  readonly columns: readonly Column<Row>[];
}

function Row<Row>({ row, name, columns }: RowProps<Row>) {
  const isOpen = route.value.item === name;
  return (
    <tr class={isOpen ? 'open' : ''}>
      <th scope="row">
        <RowLink item={name}>{name}</RowLink>
      </th>
      {columns.map(({ title, cell, end }) => (
        <td key={title} class={end ? 'end' : ''}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** Leads to an item of the present view. The arrow keys go from one of these links to the next. */
export function RowLink({ item, children }: { readonly item: string; readonly children: ComponentChildren }) {
  const isOpen = route.value.item === item;
  return (
    <a
      class="row-link"
      href={addressOf({ item })}
      data-item={item}
      aria-current={isOpen ? 'true' : undefined}
    >
      {children}
    </a>
  );
}
