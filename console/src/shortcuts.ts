// Shortcuts: single keys outside of text fields. Every one of them does what a link or a button on the page
// does.

import { closeItem } from './parts/frame.tsx';
import { openHelp } from './parts/help.tsx';
import { reloads } from './state/live.ts';
import { nextTheme, shortcutsOn } from './state/preferences.ts';
import { go } from './state/route.ts';
import { VIEWS } from './state/views.ts';

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  r: () => {
    reloads.value += 1;
  },
  t: nextTheme,
  '?': openHelp,
};

export function listenForShortcuts(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') return leave(event);
    if (isText(event.target)) return;
    if (onRow() && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      return moveRow(event.key === 'ArrowDown' ? 1 : -1);
    }
    if (shortcutsOn.value && perform(event.key)) event.preventDefault();
  });
}

/** Leaves a text field; otherwise closes the open item. */
function leave({ target }: KeyboardEvent): void {
  if (isText(target)) (target as HTMLElement).blur();
  else closeItem();
}

/** @returns whether the key is a shortcut */
function perform(key: string): boolean {
  const action = ACTIONS[key];
  if (action) {
    action();
    return true;
  }
  const view = VIEWS.find((one) => one.key === key);
  if (view) {
    go({ view: view.id });
    return true;
  }
  const marked = document.querySelector<HTMLElement>(`main [data-shortcut="${CSS.escape(key)}"]`);
  if (!marked) return false;
  if (marked instanceof HTMLInputElement) marked.focus();
  else marked.click();
  return true;
}

function isText(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && target.type !== 'checkbox';
}

function onRow(): boolean {
  return document.activeElement?.classList.contains('row-link') ?? false;
}

function moveRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main .row-link')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (rows.find((row) => row.ariaCurrent === 'true') ?? rows[0]) : rows[at + by];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
