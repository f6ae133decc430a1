// The guards of the server of ZooKeeper's protocol, switched off one at a time. The tests beside this file must notice each.

import { type Mutant, mutantsOf, type Switch } from '../../simulation/mutant.ts';

const ORDER: readonly Switch[] = [
  [
    'a write behind a look is not submitted before it',
    'request-queue.ts',
    'const isSubmitted = isWrite && this.#looksNeeded === 0;',
    'const isSubmitted = isWrite;',
  ],
  [
    'a look serves all that has come before it',
    'request-queue.ts',
    'this.#lookServes = this.#queue.length;',
    'this.#lookServes = 1;',
  ],
  [
    'events before the answer',
    'server.ts',
    'const own = this.#senderOf(command);',
    `const own = this.#senderOf(command);
    if (own && command.kind === 'write') {
      own.applied(command.number, result, position);
      for (const change of changes) this.watches.tell(change);
      return;
    }`,
  ],
  [
    'no answer on a session that has moved',
    'connection.ts',
    'entry?.submitted?.number !== number || !isAnswer ||',
    'entry?.submitted?.number !== number ||',
  ],
  [
    'a jump over changes closes connections',
    'server.ts',
    'if (connection.hasSubmitted || watchers.has(connection)) connection.cut();',
    'if (watchers.size < 0) connection.cut();',
  ],
];

const SESSIONS: readonly Switch[] = [
  [
    'no answer where others may have ended the session',
    'sessions.ts',
    'return elapsedMs(this.#clock, provenAt) >= timeoutMs;',
    'return elapsedMs(this.#clock, provenAt) >= 100 * timeoutMs;',
  ],
  [
    'a renewal that fails proves nothing',
    'sessions.ts',
    'if (isRenewed) prove',
    'if (isRenewed || index >= 0) prove',
  ],
  ['sessions of others have a third more', 'sessions.ts', 'timeoutMs * (1 + GATHERED)', 'timeoutMs'],
  ['time in which nobody was heard does not count', 'sessions.ts', 'this.#stoodStillMs += lateMs;', ''],
  ['after an outage all have their whole time', 'maintenance.ts', 'sessions.restart();', ''],
  [
    'a client that only authenticates is not heard',
    'connection.ts',
    "if (request.kind !== 'auth' && request.kind !== 'sasl') this",
    'this',
  ],
];

const WATCHES: readonly Switch[] = [
  ['a watch is for one event', 'watch-manager.ts', "if (mode === 'once') this.remove(watcher, path);", ''],
  [
    'recursive watches are told of no children',
    'watch-manager.ts',
    "if (mode === 'recursive' && type === EventType.childrenChanged) continue;",
    '',
  ],
  ['a deletion is told once', 'watches.ts', 'if (!except?.has(watcher)) watcher', 'watcher'],
  ['only who may read is told', 'connection.ts', '(acl && !mayRead(acl, this.#identities)) || ', ''],
];

const BOUNDS: readonly Switch[] = [
  [
    'the superuser has the right password',
    'authentication.ts',
    'shown.id === superDigest',
    'superDigest !== undefined',
  ],
  ['requests that wait', 'connection.ts', 'length < OUTSTANDING_MAX && ', ''],
  ['what a client does not take', 'output.ts', 'return this.#bytes > BOUND_BYTES;', 'return false;'],
  ['answers that a client does not take', 'output.ts', 'return this.#bytes > PAUSE_BYTES;', 'return false;'],
  ['what has waited goes on', 'connection.ts', 'if (this.#isPaused) this.#proceed();\n    else ', ''],
  ['connections that never speak', 'maintenance.ts', 'nowMs - openedAtMs >= SILENT_MS', 'nowMs < 0'],
];

export const SERVER_MUTANTS: readonly Mutant[] = mutantsOf(
  { name: 'zookeeper', folder: 'src/protocols/zookeeper', foundBy: ['test/zookeeper/server'] },
  [...ORDER, ...SESSIONS, ...WATCHES, ...BOUNDS],
);
