// Watches: every change after a position, in order and once. A watcher keeps nothing but its position, and
// reads the history that the replica keeps. A watcher within the history costs no memory. One that has fallen
// behind it replays the past, which needs a second copy of the state: see `Replays` for their number.

import type { Applier } from './applier.ts';
import type { CatchUp } from './catch-up.ts';
import type { Follower } from './follower.ts';
import type { History, HistoryEntry } from './history.ts';
import type { Gone } from './replay.ts';
import type { Replays } from './replays.ts';

interface WatchedChanges<Change> {
  readonly kind: 'changes';
  /** Everything up to this position has been told. A watch goes on from here. */
  readonly position: number;
  /** The changes since the last result, in order. It may be empty. */
  readonly entries: readonly HistoryEntry<Change>[];
}

export type Watched<Change> = WatchedChanges<Change> | Gone;

export interface WatchParts<State, Command, Result, Change> {
  readonly replays: Replays<State, Command, Result, Change>;
  readonly applier: Applier<State, Command, Result, Change>;
  readonly catchUp: CatchUp<State, Command, Result, Change>;
  readonly history: History<Change>;
  readonly follower: Follower;
}

/**
 * The most of the history in one result: so much a slow watcher keeps in memory, and a watcher far behind
 * does not hold up the others.
 */
const PAGE_BYTES_MAX = 256 * 1024;

/**
 * Yields the changes after `after`; by default, those after the present tail. The first result comes at once
 * and says where the watch begins. `gone` is the last result: the position is trimmed. Ends when `signal`
 * aborts.
 *
 * @throws StoreError, ReplicaStoppedError
 */
export async function* watchReplica<State, Command, Result, Change>(
  parts: WatchParts<State, Command, Result, Change>,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Watched<Change>, void, undefined> {
  const { applier, catchUp, history, follower } = parts;
  await catchUp.ready();
  if (after === undefined) await catchUp.run();
  let at = after ?? applier.position;
  yield { kind: 'changes', position: at, entries: [] };
  const end = follower.begin();
  try {
    // The first page comes even when `signal` has aborted: a reader that comes again and again, each time for
    // a moment, gets on.
    for (let isFirst = true; isFirst || !signal.aborted; isFirst = false) {
      const page = history.pageSince(at, PAGE_BYTES_MAX);
      if (!page) {
        for await (const watched of replayed(parts, at, signal)) {
          yield watched;
          if (watched.kind === 'gone') return;
          at = watched.position;
        }
      } else if (page.entries.length > 0 || at < applier.position) {
        const { entries, complete } = page;
        at = complete ? Math.max(at, applier.position) : (entries.at(-1)?.position ?? at);
        yield { kind: 'changes', position: at, entries };
      } else {
        await follower.wait(at, signal);
      }
    }
  } finally {
    end();
  }
}

/** Replays the past, up to the begin of the history of the replica. */
async function* replayed<State, Command, Result, Change>(
  parts: WatchParts<State, Command, Result, Change>,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Watched<Change>, void, undefined> {
  const { replays, history } = parts;
  const reader = replays.begin(after);
  try {
    for (let isFirst = true; reader.position < history.begin; isFirst = false) {
      if (signal.aborted && !isFirst) return;
      const page = await replays.use(reader, (replay) => replay.next());
      // The log was trimmed meanwhile. The caller begins again, from the last position that it has told.
      if (!page) return;
      if ('kind' in page) {
        yield page;
        return;
      }
      const entries = page.entries.filter(({ changes }) => changes.length > 0);
      yield { kind: 'changes', position: reader.position, entries };
    }
  } finally {
    replays.end(reader);
  }
}
