// The frame of a view: its title, what it filters by, what it can make, and the open item beside its list.

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf, go, route } from '../state/route.ts';
import { KeyHint } from './key-hint.tsx';

interface FrameProps {
  readonly title: string;
  /** One quiet line beside the title. */
  readonly note?: ComponentChildren;
  /** A control beside the filter. */
  readonly aside?: ComponentChildren;
  readonly filter?: { readonly label: string; readonly text: Signal<string> };
  readonly action?: {
    readonly label: string;
    readonly isOpen: Signal<boolean>;
    readonly form: ComponentChildren;
  };
  readonly children: ComponentChildren;
  /** The open item. */
  readonly detail?: ComponentChildren;
}

export function Frame({ title, note, aside, filter, action, children, detail }: FrameProps) {
  return (
    <>
      <header class="view-head">
        <h1>{title}</h1>
        <p class="note">{note}</p>
        {aside}
        {filter && <Filter {...filter} />}
        {action && <Action {...action} />}
      </header>
      <div class={detail ? 'split' : 'whole'}>
        <div class="list">
          {action?.isOpen.value && <div class="sheet">{action.form}</div>}
          {children}
        </div>
        {detail}
      </div>
    </>
  );
}

function Filter({ label, text }: NonNullable<FrameProps['filter']>) {
  return (
    <label class="filter">
      <span class="visually-hidden">{label}</span>
      <input
        type="search"
        placeholder={label}
        value={text.value}
        data-shortcut="/"
        aria-keyshortcuts="/"
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
      />
      <KeyHint name="/" />
    </label>
  );
}

function Action({ label, isOpen }: NonNullable<FrameProps['action']>) {
  return (
    <button
      type="button"
      class="primary"
      data-shortcut="n"
      aria-keyshortcuts="n"
      aria-expanded={isOpen.value}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
    >
      {label} <KeyHint name="n" />
    </button>
  );
}

interface DetailProps {
  readonly title: string;
  readonly kind: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The open item. It has the focus when it opens, so that the next key press is in it. */
export function Detail({ title, kind, actions, children }: DetailProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title, kind]);
  return (
    <section class="detail" aria-labelledby="detail-title">
      <header class="detail-head">
        <p class="kind">{kind}</p>
        <a class="close" href={addressOf({ item: '' })} onClick={close} aria-keyshortcuts="Escape">
          Close <KeyHint name="Esc" />
        </a>
        <h2 id="detail-title" tabIndex={-1} ref={heading}>
          {title}
        </h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

function close(event: Event): void {
  event.preventDefault();
  closeItem();
}

/** Closes the open item; the focus goes back to its row. */
export function closeItem(): void {
  const { item } = route.value;
  if (item === '') return;
  go({ item: '' });
  const rows = document.querySelectorAll<HTMLElement>('main .row-link');
  [...rows].find((row) => row.dataset['item'] === item)?.focus();
}
