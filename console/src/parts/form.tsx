// Fields of the forms.

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Change, Outcomes } from './change.tsx';

interface FieldProps {
  readonly label: string;
  readonly text: Signal<string>;
  readonly placeholder?: string;
  /** The field has the focus when its form opens. */
  readonly first?: boolean;
  readonly required?: boolean;
  readonly suggestions?: readonly string[];
}

export function Field({
  label,
  text,
  placeholder = '',
  first = false,
  required = true,
  suggestions,
}: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // Before the next key: an effect that waits for the paint would leave the first letters to the shortcuts.
  useLayoutEffect(() => {
    if (first) input.current?.focus();
  }, [first]);
  const list = suggestions && `suggestions-of-${label.replaceAll(/\W+/gu, '-')}`;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        ref={input}
        value={text.value}
        placeholder={placeholder}
        required={required}
        autocomplete="off"
        spellcheck={false}
        list={list}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
      />
      {list && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </label>
  );
}

interface AreaProps {
  readonly label: string;
  readonly text: Signal<string>;
  readonly rows?: number;
}

/** Lines of text. Ctrl+Enter submits its form. */
export function Area({ label, text, rows = 3 }: AreaProps) {
  return (
    <label class="field wide">
      <span>{label}</span>
      <textarea
        value={text.value}
        rows={rows}
        spellcheck={false}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit();
        }}
      />
    </label>
  );
}

interface FormProps {
  readonly label: string;
  readonly submit: string;
  readonly change: Change;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

export function Form({ label, submit, change, onSubmit, children }: FormProps) {
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (!change.isSending) onSubmit();
      }}
    >
      <div class="fields">
        {children}
        <button type="submit" class="primary" aria-disabled={change.isSending}>
          {submit}
        </button>
      </div>
      <Outcomes change={change} />
    </form>
  );
}
