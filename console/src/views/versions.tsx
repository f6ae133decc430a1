// The past of a key. Each version names the position of its change, and the one before is what the key was
// just before that position.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, type Problem } from '../api/http.ts';
import type { KeyEntry } from '../api/wire.ts';
import { At } from '../parts/bits.tsx';
import { count, shown } from '../parts/text.ts';

const STEP = 8;

interface Past {
  /** From the newest to the oldest. */
  readonly entries: readonly KeyEntry[];
  /** Why there is nothing older. */
  readonly end: Problem | undefined;
}

export function Versions({ path, entry }: { readonly path: string; readonly entry: KeyEntry }) {
  const past = useSignal<Past>({ entries: [], end: undefined });
  const shownCount = useSignal(STEP);
  useEffect(() => {
    const ended = new AbortController();
    const known = past.peek().entries;
    void walk(path, entry, { known, wanted: shownCount.value, signal: ended.signal }).then((found) => {
      if (!ended.signal.aborted) past.value = found;
    });
    return () => ended.abort();
  }, [path, entry.modified, shownCount.value]);
  const { entries, end } = past.value;
  const oldest = entries.at(-1);
  return (
    <section aria-label="Versions">
      <h3>Versions</h3>
      <ol class="versions" reversed start={entry.version}>
        {entries.map((version) => (
          <li key={version.modified}>
            <span class="number">{count(version.version)}</span>
            <span class="value">{shown(version)}</span>
            <At position={version.modified} />
          </li>
        ))}
      </ol>
      {end?.code === 'gone' && <p class="quiet">{end.detail}.</p>}
      {end && end.code !== 'gone' && <p class="quiet">The version before cannot be read: {end.detail}.</p>}
      {!end && oldest && oldest.version > 1 && (
        <button type="button" class="link" onClick={() => (shownCount.value += STEP)}>
          Older versions
        </button>
      )}
    </section>
  );
}

interface Walk {
  /** A version never changes, so those that are known are not read again. */
  readonly known: readonly KeyEntry[];
  readonly wanted: number;
  readonly signal: AbortSignal;
}

async function walk(path: string, newest: KeyEntry, { known, wanted, signal }: Walk): Promise<Past> {
  const entries = [newest];
  for (let last = newest; entries.length < wanted && last.version > 1; ) {
    const { version, created, modified } = last;
    const older = known.find((one) => one.created === created && one.version === version - 1);
    if (older) {
      last = older;
    } else {
      const outcome = await get<KeyEntry>(`${path}?at=${modified - 1}`, signal);
      if (outcome.kind === 'problem') return { entries, end: outcome.problem };
      last = outcome.body;
    }
    entries.push(last);
  }
  return { entries, end: undefined };
}
