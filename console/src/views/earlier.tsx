// The end of what is shown of the past, and how to see more.

import { count } from '../parts/text.ts';
import type { LivePast } from '../state/history.ts';

export function Earlier({ past: { from, isGone, lookFurtherBack } }: { readonly past: LivePast }) {
  if (from === undefined || from === 0) return null;
  if (isGone)
    return <p class="earlier quiet">What was up to @{count(from)} is trimmed: the log tells it no more.</p>;
  return (
    <p class="earlier">
      <button type="button" class="link" onClick={lookFurtherBack}>
        Look further back than @{count(from)}
      </button>
    </p>
  );
}
