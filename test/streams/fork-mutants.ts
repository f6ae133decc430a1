// The guards of forks, switched off one at a time. Their tests must notice each.

import type { Switch } from '../simulation/mutant.ts';

const HOLDS = 'src/streams/holds.ts';
const CREATION = 'src/streams/fork-creation.ts';
const SWEEP = 'src/log/deleted-logs-sweep.ts';

/** The quick ones first. */
export const FORK_TESTS = [
  'forks',
  'fork-trimming',
  'fork-reading',
  'fork-gaps',
  'fork-large',
  'fork-times',
  'fork-orders',
].map((name) => `test/streams/${name}.test.ts`);

export const FORK_SWITCHES: readonly Switch[] = [
  [
    'a trim goes no further than a hold',
    'src/log/trimmer.ts',
    'Math.min(position, segment.tail, heldAfter(trimPointOf(record)))',
    'Math.min(position, segment.tail)',
  ],
  [
    'a hold of what is trimmed is refused',
    'src/log/holds.ts',
    "if (trimPoint.trimmedTo > hold.after) return 'trimmed';",
    '',
  ],
  [
    'a hold of a later incarnation is not replaced',
    'src/log/holds.ts',
    "if (before && before.incarnation > hold.incarnation) return 'overtaken';",
    '',
  ],
  [
    'a hold that keeps less does not do for one that needs more',
    'src/log/holds.ts',
    "if (isOlder && before.after <= hold.after) return 'held';",
    "if (isOlder) return 'held';",
  ],
  [
    'a hold of another incarnation is not released',
    'src/log/holds.ts',
    'hold.log !== holder || hold.incarnation !== incarnation',
    'hold.log !== holder || incarnation < 0',
  ],
  [
    'the holds of a source are bounded',
    'src/log/holds.ts',
    "if (!before && value.length > HOLDS_BYTES_MAX) return 'too-many';",
    '',
  ],
  [
    'a fork holds its source before it begins',
    CREATION,
    'await forks.repeat(() => holdLog(forks.store, origin.log, hold));',
    "(await Promise.resolve('held')) as Awaited<ReturnType<typeof holdLog>>;",
  ],
  [
    'a fork begins only if its source exists while it is held',
    CREATION,
    'if (!(await exists(source, origin.incarnation))) {',
    'if (origin.incarnation < 0 && !(await exists(source, origin.incarnation))) {',
  ],
  [
    'a fork begins just where the look has found nothing',
    CREATION,
    'seal: close, incarnation: end.tail };',
    'seal: close };',
  ],
  [
    'a creator withdraws its hold when another stream has taken the place',
    CREATION,
    "if (result.kind === 'refused') await withdraw(forks, origin.log, hold).catch(unlessStoreError);",
    '',
  ],
  [
    'the expiry that a fork inherits is carried out by maintenance',
    CREATION,
    'await register.add(isMaintained({ ...configuration, expiry }));',
    'await register.add(isMaintained(configuration));',
  ],
  [
    'a hold that is withdrawn may be of a fork that another creator has made',
    HOLDS,
    'await standingAfterRepair(parts, source, hold, 0);',
    'await release(parts, source, hold);',
  ],
  [
    'a fork that may still come is precluded before its hold is released',
    HOLDS,
    "return tail > hold.incarnation ? 'over' : 'to-come';",
    "return 'over';",
  ],
  [
    'a fork where nothing was before may still come, too',
    HOLDS,
    "if (!segment) return 'to-come';",
    "if (!segment) return 'over';",
  ],
  [
    'another stream in the place of a fork is not the fork',
    HOLDS,
    'if (incarnation > hold.incarnation || origin?.log !== source)',
    'if (incarnation > hold.incarnation)',
  ],
  [
    'a fork that is deleted keeps its hold as long as it has forks',
    HOLDS,
    "? 'stands' : 'over';\n  if (!isExpired",
    "? 'over' : 'over';\n  if (!isExpired",
  ],
  [
    'a deleted fork that has forks does not release its source',
    HOLDS,
    "if (ended !== 'deleted' || !origin || incarnation === undefined || isHeld) return;",
    "if (ended !== 'deleted' || !origin || incarnation === undefined) return;",
  ],
  [
    'a fork that exists does not release its source',
    HOLDS,
    "if (ended !== 'deleted' || !origin ||",
    'if (ended === undefined && !origin) return;\n    if (!origin ||',
  ],
  [
    'the release of a deleted source is noted down, so that it is swept',
    HOLDS,
    "if (segment?.metadata.ended === 'deleted') await announce(parts, source);",
    '',
  ],
  [
    'a fork that is precluded is noted down, so that it is swept',
    HOLDS,
    'await announce(parts, hold.log);\n',
    '',
  ],
  [
    'a source that is released goes on to release its own',
    HOLDS,
    'at = origin.log;',
    'if (at !== origin.log) return;',
  ],
  [
    'a fork that has expired, and that nobody has asked for, is over',
    HOLDS,
    "if (!isExpired(expiry, parts.nowMs())) return 'stands';",
    "if (!isExpired(expiry, -1)) return 'stands';",
  ],
  [
    'what finds no holds in the way releases what the deletion has not',
    HOLDS,
    "await settleOrigin(parts, log);\n  return 'free';",
    "return 'free';",
  ],
  [
    'no stream is created in the place of one that has forks',
    'src/streams/creation.ts',
    "if (end.kind === 'missing' && (await isHeld(end, parts))) return HELD;",
    '',
  ],
  [
    'no fork is created in the place of one that has forks',
    CREATION,
    'if (await isHeld(end, parts)) return HELD;',
    '',
  ],
  [
    'a deletion releases the source at once',
    'src/streams/stream.ts',
    "if (result.kind === 'appended' && result.metadata.origin)",
    "if (result.kind === 'failed' && result.definite)",
  ],
  [
    'the sweep looks for holds',
    SWEEP,
    "const cleared = isShared ? await clearHolds(name) : 'free';",
    "const cleared = isShared && segment.tail < 0 ? await clearHolds(name) : 'free';",
  ],
  [
    'the sweep comes back for a hold whose fork may come',
    SWEEP,
    "return { done: isSwept.done && !pending && cleared !== 'pending', segmentsRemoved };",
    'return { done: isSwept.done && !pending, segmentsRemoved };',
  ],
  [
    'what a log inherits is in the place of its origin only',
    'src/log/segment.ts',
    'return origin && base === incarnation ? Math.max(base, origin.upTo) : base;',
    'return base;',
  ],
  [
    'a fork has nothing of what its source appends later',
    'src/log/held-records.ts',
    'const wanted = records.filter(({ position }) => position <= upTo);',
    'const wanted = records.filter(({ position }) => position <= upTo + 1);',
  ],
  [
    'records are read from the incarnation that is held',
    'src/log/held-segments.ts',
    'if (segment?.metadata.incarnation !== incarnation) throw gone(log);',
    'if (!segment) throw gone(log);',
  ],
  [
    'records are read from segments that are not swept',
    'src/log/held-records.ts',
    'if (chain[0]?.base !== segment.base || sweptTo > segment.base) throw gone(log);',
    'if (chain[0]?.base !== segment.base) throw gone(log);',
  ],
  [
    'one more tombstone is of the incarnation that is over',
    'src/log/intent.ts',
    "if (ended && update.end === 'deleted' && update.conditions.incarnation === undefined)",
    "if (ended && update.end === 'deleted' && ended.tail < 0)",
  ],
  [
    'large entries beside a tombstone are swept, too',
    SWEEP,
    "if (ended === 'deleted' && segment.entries.some(isLarge)) await buryAgain(log);",
    '',
  ],
  [
    'a time is looked for in what is inherited, too',
    'src/log/time-search.ts',
    'return inherited ?? placeInOwn(searched, look, timeMs);',
    'return (inherited && undefined) ?? placeInOwn(searched, look, timeMs);',
  ],
  [
    'a time is looked for in every level of forks',
    'src/log/time-search.ts',
    'if (origin && after < origin.upTo) {',
    'if (origin && after > origin.upTo) {',
  ],
  [
    'a time that only the source has reached is none of the fork',
    'src/log/time-search.ts',
    'return place < upTo ? place : undefined;',
    'return place;',
  ],
  [
    'a search for a time goes past the gap of a source',
    'src/log/time-search.ts',
    'if (readableAfter >= upTo) return undefined;',
    '',
  ],
  [
    'a stream may become a fork while it is read',
    'src/streams/fork-reading.ts',
    'return isForkNow(result) ? undefined : result;',
    'return result;',
  ],
  [
    'a fork may become another one while it is read',
    'src/streams/fork-reading.ts',
    "return result.kind === 'trimmed' ? undefined : result;",
    'return result;',
  ],
];
