// A look at many items that one note speaks of, while others may be changing both.

import type { Note, NoteKind, Store } from './store.ts';

const LOOKS_MAX = 5;

/** Looks again when the note has changed meanwhile, a few times at most. @throws StoreError */
export async function withSteadyNote<T>(
  store: Store,
  log: string,
  kind: NoteKind,
  look: (note: Note | undefined) => Promise<T>,
): Promise<T> {
  for (let times = 1; ; times += 1) {
    const note = await store.note(log, kind);
    const seen = await look(note);
    const same = (await store.note(log, kind))?.version === note?.version;
    if (same || times === LOOKS_MAX) return seen;
  }
}
