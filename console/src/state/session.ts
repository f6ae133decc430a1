// The token of this window. It is kept for the window alone: `sessionStorage` ends with it, and no other
// window reads it.

import { signal } from '@preact/signals';

const KEY = 'ordinal-token';

export const token = signal(sessionStorage.getItem(KEY) ?? '');

/** Whether the server has asked for a token, or has refused the one that it got. */
export const tokenNeeded = signal<'no' | 'missing' | 'refused'>('no');

/** @param used the token of the request that was refused */
export function needToken(used: string): void {
  // A late answer to a request with an old token says nothing about the new one.
  if (used !== token.value) return;
  tokenNeeded.value = used === '' ? 'missing' : 'refused';
}

export function takeToken(text: string): void {
  sessionStorage.setItem(KEY, text);
  token.value = text;
  tokenNeeded.value = 'no';
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  token.value = '';
  tokenNeeded.value = 'missing';
}
