// A change that the reader asks for: one at a time, and its fault beside it.

import { useSignal } from '@preact/signals';
import { newIdempotencyKey, type Outcome, type Problem, type Sending, send } from '../api/http.ts';
import { reloads } from '../state/live.ts';
import { ChangeFault } from './fault.tsx';

interface Wish extends Omit<Sending, 'signal'> {
  readonly method: string;
  readonly path: string;
  /** Whether the API takes an idempotency key for it. */
  readonly keyed: boolean;
  /** What to say when it is done. */
  readonly text?: string;
  /** For a change of unknown outcome. */
  readonly advice?: string;
  readonly done?: (outcome: Extract<Outcome<unknown>, { kind: 'answer' }>) => void;
}

type Sent =
  | { readonly kind: 'idle' | 'sending' }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly wish: Wish & { key: string } };

export interface Change {
  readonly isSending: boolean;
  readonly sent: Sent;
  ask(wish: Wish): void;
  again(): void;
}

export function useChange(): Change {
  const sent = useSignal<Sent>({ kind: 'idle' });
  const perform = async (wish: Wish & { key: string }) => {
    sent.value = { kind: 'sending' };
    const headers = { ...wish.headers, ...(wish.keyed ? { 'idempotency-key': wish.key } : {}) };
    const sending = { headers, ...(wish.body === undefined ? {} : { body: wish.body }) };
    const outcome = await send<unknown>(wish.method, wish.path, sending);
    if (outcome.kind === 'problem') {
      sent.value = { kind: 'failed', problem: outcome.problem, wish };
      return;
    }
    sent.value = { kind: 'done', text: wish.text ?? '' };
    reloads.value += 1;
    wish.done?.(outcome);
  };
  const again = () => {
    if (sent.value.kind === 'failed') void perform(sent.value.wish);
  };
  return {
    isSending: sent.value.kind === 'sending',
    sent: sent.value,
    ask: (wish) => void perform({ ...wish, key: newIdempotencyKey() }),
    again,
  };
}

/** The fault of the last change, or what it did. */
export function Outcomes({ change }: { readonly change: Change }) {
  const { sent } = change;
  if (sent.kind === 'done' && sent.text !== '') {
    return (
      <p class="done" role="status">
        {sent.text}
      </p>
    );
  }
  if (sent.kind !== 'failed') return null;
  const { problem, wish } = sent;
  return <ChangeFault problem={problem} advice={wish.advice} again={wish.keyed ? change.again : undefined} />;
}

interface ConfirmedProps {
  readonly label: string;
  readonly question: string;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
}

/** A button that asks once more before it does what cannot be undone. The focus goes along. */
export function Confirmed({ label, question, disabled = false, onConfirm }: ConfirmedProps) {
  const asked = useSignal<'never' | 'now' | 'before'>('never');
  const focusWhen = (isDue: boolean) => (button: HTMLButtonElement | null) => {
    if (isDue && document.activeElement === document.body) button?.focus();
  };
  if (asked.value !== 'now') {
    return (
      <button
        type="button"
        class="danger"
        ref={focusWhen(asked.value === 'before')}
        disabled={disabled}
        onClick={() => {
          asked.value = 'now';
        }}
      >
        {label}
      </button>
    );
  }
  const answer = (yes: boolean) => {
    asked.value = 'before';
    if (yes) onConfirm();
  };
  return (
    <fieldset class="confirm">
      <legend class="visually-hidden">{question}</legend>
      <span aria-hidden="true">{question}</span>
      <button type="button" class="danger" ref={(button) => button?.focus()} onClick={() => answer(true)}>
        {label}
      </button>
      <button type="button" onClick={() => answer(false)}>
        Keep
      </button>
    </fieldset>
  );
}
