// Keys as a tree: their parts between slashes are folders.

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { KeyEntry } from '../api/wire.ts';
import { At } from '../parts/bits.tsx';
import { RowLink } from '../parts/table.tsx';
import { count, counted, shown } from '../parts/text.ts';
import { route } from '../state/route.ts';

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly entries: { readonly name: string; readonly entry: KeyEntry }[];
  /** Of keys at every depth. */
  size: number;
}

interface TreeProps {
  readonly entries: readonly KeyEntry[];
  /** The folders that are not as they are at first. */
  readonly toggled: Signal<ReadonlySet<string>>;
  /** What changed after this position has changed before the reader's eyes. */
  readonly since: number;
}

/** Up to so many keys, all folders are open at first. */
const OPEN_MAX = 60;
/** The most keys of one folder on the page. */
const SHOWN_MAX = 500;

export function KeyTree({ entries, toggled, since }: TreeProps) {
  const isOpenAtFirst = entries.length <= OPEN_MAX;
  const isOpen = (path: string) => toggled.value.has(path) !== isOpenAtFirst;
  const toggle = (path: string) => {
    const next = new Set(toggled.value);
    if (!next.delete(path)) next.add(path);
    toggled.value = next;
  };
  const rowsOf = (folder: Folder, path: string, depth: number): ComponentChildren[] => [
    ...[...folder.folders].flatMap(([name, below]) => {
      const inner = `${path}${name}/`;
      const row = (
        <FolderRow key={inner} {...{ name, depth, size: below.size, path: inner, isOpen, toggle }} />
      );
      return isOpen(inner) ? [row, ...rowsOf(below, inner, depth + 1)] : [row];
    }),
    ...folder.entries
      .slice(0, SHOWN_MAX)
      .map(({ name, entry }) => <KeyRow key={entry.key} {...{ name, entry, depth, since }} />),
    ...(folder.entries.length > SHOWN_MAX
      ? [<RestRow key={`${path} rest`} depth={depth} rest={folder.entries.length - SHOWN_MAX} />]
      : []),
  ];
  return (
    <table class="rows tree">
      <caption class="visually-hidden">Keys</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Value</th>
          <th scope="col" class="end">
            Version
          </th>
          <th scope="col" class="end">
            Changed at
          </th>
        </tr>
      </thead>
      <tbody>{rowsOf(treeOf(entries), '', 0)}</tbody>
    </table>
  );
}

function treeOf(entries: readonly KeyEntry[]): Folder {
  const root = newFolder();
  for (const entry of entries) {
    const parts = entry.key.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    folder.size += 1;
    for (const part of parts) {
      const below = folder.folders.get(part) ?? newFolder();
      folder.folders.set(part, below);
      folder = below;
      folder.size += 1;
    }
    folder.entries.push({ name, entry });
  }
  return root;
}

function newFolder(): Folder {
  return { folders: new Map(), entries: [], size: 0 };
}

interface FolderRowProps {
  readonly name: string;
  readonly path: string;
  readonly depth: number;
  readonly size: number;
  readonly isOpen: (path: string) => boolean;
  readonly toggle: (path: string) => void;
}

function FolderRow({ name, path, depth, size, isOpen, toggle }: FolderRowProps) {
  const opened = isOpen(path);
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if ((key === 'ArrowRight' && !opened) || (key === 'ArrowLeft' && opened)) toggle(path);
  };
  return (
    <tr class="folder">
      <th scope="row" style={indent(depth)}>
        <button
          type="button"
          class="row-link fold"
          aria-expanded={opened}
          onClick={() => toggle(path)}
          onKeyDown={onKeyDown}
        >
          {name}/
        </button>
      </th>
      <td class="quiet">{counted(size, 'key')}</td>
      <td />
      <td />
    </tr>
  );
}

interface KeyRowProps {
  readonly name: string;
  readonly entry: KeyEntry;
  readonly depth: number;
  readonly since: number;
}

function KeyRow({ name, entry, depth, since }: KeyRowProps) {
  const { key, version, modified, lease } = entry;
  return (
    <tr class={route.value.item === key ? 'open' : ''}>
      <th scope="row" style={indent(depth)}>
        <RowLink item={key}>{name === '' ? '(no name)' : name}</RowLink>
        {lease !== undefined && <span class="tag">lease</span>}
      </th>
      <td class="value">
        {/* A new element is a new animation. */}
        <span key={modified} class={modified > since ? 'fresh' : ''}>
          {shown(entry)}
        </span>
      </td>
      <td class="end">{count(version)}</td>
      <td class="end">
        <At position={modified} />
      </td>
    </tr>
  );
}

function RestRow({ depth, rest }: { readonly depth: number; readonly rest: number }) {
  return (
    <tr>
      <td style={indent(depth)} class="quiet" colSpan={4}>
        {count(rest)} more: narrow them down by a prefix
      </td>
    </tr>
  );
}

function indent(depth: number) {
  return { paddingInlineStart: `calc(var(--gap) + ${depth * 18}px)` };
}
