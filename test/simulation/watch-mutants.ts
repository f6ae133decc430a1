// The guards of watches and of replays of the past, switched off one at a time.

import type { Mutant } from './mutant.ts';

export const WATCH_MUTANTS: readonly Mutant[] = [
  {
    missing: 'the history begins anew where a replica jumps',
    file: 'src/replica/applier.ts',
    find: 'this.history.restart(position);',
    replace: '',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a watch whose place is older than the history replays the past',
    file: 'src/replica/history.ts',
    find: 'if (position < this.#after) return undefined;\n    const from',
    replace: 'const from',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a replay begins with a snapshot that is not after its place',
    file: 'src/replica/replay.ts',
    find: 'usable.findLast((one) => one.position <= position)',
    replace: 'usable.at(-1)',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a replay of the whole log begins with the whole log',
    file: 'src/replica/replay.ts',
    find: 'if (look.readableAfter === incarnation && position >= incarnation)',
    replace: 'if (position >= incarnation)',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'who follows is told of what was applied',
    file: 'src/replica/follower.ts',
    find: 'for (const waiter of this.#waiters) if (waiter.after < position) waiter.settle();',
    replace: 'for (const waiter of this.#waiters) if (waiter.after > position) waiter.settle();',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a watch goes on from the last entry that it has told',
    file: 'src/replica/watch.ts',
    find: 'at = complete ? Math.max(at, applier.position) : (entries.at(-1)?.position ?? at);',
    replace: 'if (complete) await catchUp.run();\n        at = Math.max(at, applier.position);',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a watch of what is compacted is gone',
    file: 'src/coordination/watches.ts',
    find: 'if (after !== undefined && after < compacted) return yield',
    replace: 'if (after !== undefined && after < -compacted) return yield',
    foundBy: 'watches-prompt',
  },
  {
    missing: 'a change is told once',
    file: 'src/replica/history.ts',
    find: 'if ((this.#entries[middle]?.position ?? 0) > position) high = middle;',
    replace: 'if ((this.#entries[middle]?.position ?? 0) >= position) high = middle;',
    foundBy: 'watches-prompt',
  },
];
