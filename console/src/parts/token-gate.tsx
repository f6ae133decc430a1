// Asks for the token of a server that wants one.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { takeToken, tokenNeeded } from '../state/session.ts';

export function TokenGate() {
  const text = useSignal('');
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <form
      class="gate"
      aria-labelledby="gate-title"
      onSubmit={(event) => {
        event.preventDefault();
        const token = text.value.trim();
        if (token !== '') takeToken(token);
      }}
    >
      <h1 id="gate-title">This server asks for a token</h1>
      <p>
        The console has the rights of the token, and no others. It keeps the token until this window is
        closed.
      </p>
      <label class="field wide">
        <span>Token</span>
        <input
          ref={input}
          type="password"
          autocomplete="off"
          required
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </label>
      {tokenNeeded.value === 'refused' && (
        <p class="fault refused" role="alert">
          <code class="code">unauthenticated</code> The server has refused the token.
        </p>
      )}
      <button type="submit" class="primary">
        Use token
      </button>
    </form>
  );
}
