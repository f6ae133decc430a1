// Time, and whether anybody looks at the page.

import { signal } from '@preact/signals';

export const isVisible = signal(document.visibilityState === 'visible');

document.addEventListener('visibilitychange', () => {
  isVisible.value = document.visibilityState === 'visible';
});

/** Resolves after the time, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Resolves when the page is seen, or when `signal` aborts. */
export function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = isVisible.subscribe((seen) => {
      if (!seen && !signal.aborted) return;
      resolve();
      // The first call comes before `stop` is known.
      queueMicrotask(() => stop());
    });
    signal.addEventListener('abort', () => {
      stop();
      resolve();
    });
  });
}

/** Does something with a signal that aborts when the page is hidden, or when `signal` aborts. */
export async function whileVisible<T>(
  signal: AbortSignal,
  act: (seen: AbortSignal) => Promise<T>,
): Promise<T> {
  const hidden = new AbortController();
  const abort = () => hidden.abort();
  const stop = isVisible.subscribe((seen) => {
    if (!seen) abort();
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await act(hidden.signal);
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}

/** The present moment, four times a second, for what counts down. */
export const now = signal(Date.now());

setInterval(() => {
  if (isVisible.value) now.value = Date.now();
}, 250);
