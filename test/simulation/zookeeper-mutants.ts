// The guards of ZooKeeper servers, switched off one at a time. The guards of the tree itself are beside its
// tests.

import { type Mutant, mutantsOf, type Switch } from './mutant.ts';

const FOUND_BY_STORMS: readonly Switch[] = [
  [
    'an event goes out before the answer that shows its change',
    'server.ts',
    'else this.watches.tell(change);',
    'else queueMicrotask(() => this.watches.tell(change));',
  ],
  [
    'a read waits for the writes before it',
    'request-queue.ts',
    'if (!isWrite && !needsLook && this.#queue.length === 0) {',
    'if (!isWrite && !needsLook) {',
  ],
  [
    'a read is answered before the next write is applied',
    'request-queue.ts',
    'this.#shift();\n    this.#answerReads();\n    this.send();',
    'this.#shift();\n    queueMicrotask(() => this.#answerReads());\n    this.send();',
  ],
  [
    'a write behind a look is not submitted before the look is done',
    'request-queue.ts',
    'const isSubmitted = isWrite && this.#looksNeeded === 0;',
    'const isSubmitted = isWrite;',
  ],
  ['a sync looks at the end of the log', 'server.ts', "if (kind === 'sync') return true;", ''],
  [
    'a look serves only what came before it',
    'request-queue.ts',
    'this.#lookServes = 0;\n    this.#answerReads();',
    'this.#lookServes = 0;\n    for (const queued of this.#queue) queued.needsLook = false;\n    this.#looksNeeded = 0;\n    this.#answerReads();',
  ],
  [
    'a client does not go back to an older state',
    'attach.ts',
    "const seen = await replica.read(() => undefined, { consistency: 'local', after });",
    "const seen = await replica.read(() => undefined, { consistency: 'local', after: after * 0 });",
  ],
  [
    'a connection whose session has moved is cut',
    'server.ts',
    'this.sessions.forget(session);\n    held.connection?.cut();',
    'this.sessions.forget(session);',
  ],
  [
    'a state that was not reached step by step cuts those who watch',
    'server.ts',
    'if (connection.hasSubmitted || watchers.has(connection)) connection.cut();',
    'if (connection.hasSubmitted && watchers.size < 0) connection.cut();',
  ],
  [
    'no client is answered on a session that others may have ended',
    'sessions.ts',
    'return elapsedMs(this.#clock, provenAt) >= timeoutMs;',
    'return elapsedMs(this.#clock, provenAt) >= 1000 * timeoutMs;',
  ],
  [
    'only a renewal that has succeeded proves a session',
    'sessions.ts',
    'if (isRenewed) prove(held, sentAt);',
    'prove(held, sentAt);\n      if (isRenewed) continue;',
  ],
  [
    'a watch that is set again tells what was missed',
    'answers.ts',
    'else if (node.mzxid > relativeZxid) tell(EventType.dataChanged, path);',
    '',
  ],
  [
    'a watch for one event is over after it',
    'watch-manager.ts',
    "if (mode === 'once') this.remove(watcher, path);",
    '',
  ],
];

const FOUND_WHERE_THE_STORE_ANSWERS: readonly Switch[] = [
  [
    'a session lives for its time-out after its client was heard',
    'sessions.ts',
    'if (nowMs - held.touchedAtMs >= timeoutMs) due.here.push({ session, renewedAt });',
    'if (nowMs - held.touchedAtMs >= timeoutMs / 4) due.here.push({ session, renewedAt });',
  ],
  [
    'a session that another server holds may be renewed late',
    'sessions.ts',
    'if (nowMs - one.atMs >= timeoutMs * (1 + GATHERED)) due.elsewhere.push({ session, renewedAt });',
    'if (nowMs - one.atMs >= timeoutMs / 4) due.elsewhere.push({ session, renewedAt });',
  ],
  [
    'a session ends although its server is gone',
    'sessions.ts',
    'if (nowMs - one.atMs >= timeoutMs * (1 + GATHERED)) due.elsewhere.push({ session, renewedAt });',
    '',
  ],
  [
    'touched sessions are renewed in the log',
    'maintenance.ts',
    'const renewed = sessions.toRenew();',
    'const renewed = sessions.toRenew().slice(0, 0);',
  ],
];

const SERVER = { name: 'zookeeper', folder: 'src/protocols/zookeeper' };

export const ZOOKEEPER_MUTANTS: readonly Mutant[] = [
  ...mutantsOf({ ...SERVER, foundBy: 'zookeeper-stormy' }, FOUND_BY_STORMS),
  ...mutantsOf({ ...SERVER, foundBy: 'zookeeper-prompt' }, FOUND_WHERE_THE_STORE_ANSWERS),
];
