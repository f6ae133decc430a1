// The guards that keep a stream that exists in the list, switched off one at a time. The tests of `streams` must
// notice each.

import { type Mutant, mutantsOf, type Switch } from '../simulation/mutant.ts';
import { FORK_SWITCHES, FORK_TESTS } from './fork-mutants.ts';

const SWITCHES: readonly Switch[] = [
  [
    'a stream is created just where the look has found none',
    'src/streams/creation.ts',
    'retention, incarnation: end.tail }',
    'retention }',
  ],
  [
    'a creator looks before it notes the stream down',
    'src/streams/creation.ts',
    "const end = await look();\n    if (end.kind === 'missing' && (await isHeld(end, parts))) return HELD;\n    await register.add(isMaintained(configuration));",
    'await register.add(isMaintained(configuration));\n    const end = await look();',
  ],
  [
    'a creator notes the stream down',
    'src/streams/creation.ts',
    "await register.add(isMaintained(configuration));\n    if (end.kind === 'end')",
    "if (end.kind === 'end') await register.add(isMaintained(configuration));\n    if (end.kind === 'end')",
  ],
  [
    'a creator notes down that maintenance has to look after a stream',
    'src/streams/creation.ts',
    'register.add(isMaintained(configuration))',
    'register.add()',
  ],
  [
    'a creator notes down that maintenance has to look for the end of a stream',
    'src/streams/configuration.ts',
    'return expiry !== undefined || retention !== undefined;',
    'return retention !== undefined || expiry === null;',
  ],
  [
    'maintenance deletes what has expired',
    'src/service/stream-maintenance.ts',
    'if (!isExpired(expiry, clock.nowMs()))',
    'if (!isExpired(expiry, clock.nowMs()) || segmentsRemoved >= 0)',
  ],
  [
    'maintenance that has more to do than for one call begins anywhere',
    'src/service/stream-maintenance.ts',
    'Math.floor(random.fraction() * paths.length)',
    'Math.floor(random.fraction())',
  ],
  [
    'a call of maintenance has a bounded amount of work',
    'src/service/stream-maintenance.ts',
    '.slice(0, STREAMS_MAINTAINED_MAX)',
    '',
  ],
  [
    'a second creation must name the same retention',
    'src/streams/configuration.ts',
    'isSameRetention(metadata?.retention, asked.retention);',
    'true;',
  ],
  [
    'a look confirms what this process knows of the list',
    'src/coordination/register.ts',
    "if (read.kind === 'read' && read.value) return;",
    "if (read.kind === 'read') return;",
  ],
  [
    'a creator removes the mark of a deletion',
    'src/coordination/register.ts',
    'const unlessPresent = ifValue(key, PRESENT, [], [put(PRESENT)]);',
    "const isThere: Check = { range: { key }, target: 'version', is: '>', to: 0 };\n    const unlessPresent: Operation = { kind: 'transaction', checks: [isThere], then: [], else: [put(PRESENT)] };",
  ],
  [
    'a deletion marks the name first',
    'src/coordination/register.ts',
    'then: [mark(MARKED)], else: []',
    'then: [get], else: []',
  ],
  [
    'a name is removed only with the mark of its deletion',
    'src/coordination/register.ts',
    "target: 'modified', is: '=', to: modified",
    "target: 'modified', is: '>', to: 0",
  ],
  [
    'a deletion takes the stream off the list',
    'src/streams/stream.ts',
    "if (result.kind === 'appended') await finishRemoval().catch(unlessStoreError);",
    '',
  ],
  [
    'a trimmed stream is noted down',
    'src/streams/trimming.ts',
    'await register.add(true);',
    'await register.add();',
  ],
  [
    'a trimmed stream is noted down first',
    'src/streams/trimming.ts',
    'await register.add(true);\n  try {\n    const trimmed = await log.trim(trimTo);',
    'try {\n    const trimmed = await log.trim(trimTo);\n    await register.add(true);',
  ],
  [
    'nothing is trimmed beyond the tail that was seen',
    'src/streams/trimming.ts',
    'Math.min(before - 1, end.segment.tail, held ?? end.segment.tail)',
    'Math.min(before - 1, held ?? before)',
  ],
  [
    'a trimming that has begun is not said to have certainly failed',
    'src/streams/trimming.ts',
    'definite: false',
    'definite: true',
  ],
  [
    'the mark of a deletion keeps that a stream is trimmed',
    'src/coordination/register.ts',
    'const markAny = ifValue(key, MAINTAINED, [mark(MAINTAINED_MARKED)], [markPlain]);',
    'const markAny = markPlain;',
  ],
  [
    'a creator that removes the mark keeps that a stream is trimmed',
    'src/coordination/register.ts',
    'ifValue(key, MAINTAINED_MARKED, [put(MAINTAINED)], [otherwise])',
    'ifValue(key, MAINTAINED_MARKED, [put(PRESENT)], [otherwise])',
  ],
  [
    'a creator does not unsay that a stream is trimmed',
    'src/coordination/register.ts',
    'await run(this.#kernel, ifValue(key, MAINTAINED, [], [unmarked]));',
    'await run(this.#kernel, { checks: [], then: [unmarked], else: [] });',
  ],
  [
    'an expired stream is deleted only if nobody has renewed it since',
    'src/log/segment.ts',
    'metadata.expiry?.renewals !== conditions.renewals)',
    'metadata.expiry === undefined)',
  ],
  [
    'a stream that has expired is deleted by the first who finds it so',
    'src/streams/stream.ts',
    'const result = await this.#remove(metadata.incarnation, renewalsOf(metadata));',
    "if (metadata.incarnation >= 0) return { kind: 'missing', tail: look.segment.tail };\n      const result = await this.#remove(metadata.incarnation, renewalsOf(metadata));",
  ],
  [
    'what this process remembers of an expiry may have passed',
    'src/streams/stream.ts',
    'if (known && !isExpired(known.expiry, this.#nowMs())) return { metadata',
    'if (known) return { metadata',
  ],
  [
    'a read renews',
    'src/streams/stream.ts',
    'if (renewAtMs === undefined) return true;',
    'if (renewAtMs !== 0) return true;',
  ],
  [
    'a read renews by what is known of the end',
    'src/streams/stream.ts',
    'await this.#metadata(isNewer ? known : found);',
    'await this.#metadata(found);',
  ],
  [
    'a read that cannot renew says so',
    'src/streams/stream.ts',
    "const result = await this.#log.renew(incarnation, renewAtMs);\n    if (result.kind === 'failed')",
    "const result = await this.#log.renew(incarnation, renewAtMs);\n    if (result.kind === 'failed') return true;\n    if (result.kind === 'failed')",
  ],
  [
    'a closed log can be renewed',
    'src/log/segment.ts',
    "end !== 'deleted' && !isUpkeep(update)) return 'sealed';",
    "end !== 'deleted') return 'sealed';",
  ],
  [
    'a reader needs no fencing token to renew',
    'src/log/segment.ts',
    'if (!isUpkeep(update) && isFenced(',
    'if (isFenced(',
  ],
  [
    'a close renews',
    'src/streams/stream.ts',
    'await this.#log.seal(conditions, renewedAtMs(expiry, this.#nowMs()));',
    'await this.#log.seal(conditions, expiry && undefined);',
  ],
  [
    'an append renews',
    'src/streams/stream.ts',
    'const renewAtMs = renewedAtMs(expiry, this.#nowMs());',
    'const renewAtMs = expiry && undefined;',
  ],
  [
    'a list leaves out what has expired',
    'src/service/stream-list.ts',
    "end.kind === 'missing' || isExpired(end.segment.metadata.expiry, nowMs)",
    "end.kind === 'missing' || nowMs < 0",
  ],
];

const LOST_CREATIONS: readonly Switch[] = [
  [
    'a creation without records is known to be made, whatever came since',
    'src/streams/creation.ts',
    'const isKnown = !hasRecords || tail',
    'const isKnown = tail',
  ],
  [
    'a creation with records is not known by records that are there',
    'src/streams/creation.ts',
    'const isKnown = !hasRecords || tail === startOf({ base: metadata.incarnation, metadata });',
    'const isKnown = !hasRecords || tail > 0;',
  ],
];

const TIMES: readonly Switch[] = [
  [
    'a search for a time goes by the greatest time so far',
    'src/log/time-search.ts',
    'pastAfter(one).latestMs >= timeMs',
    'pastAfter({ ...one, metadata: { incarnation: 0 } }).latestMs >= timeMs',
  ],
  [
    'where the first record that is so new is trimmed, it is what is left',
    'src/log/time-search.ts',
    'const isTrimmed = (segment.metadata.past?.latestMs ?? 0) >= timeMs;',
    'const isTrimmed = timeMs < 0;',
  ],
  [
    'a search for a time does not begin before what is left',
    'src/log/time-search.ts',
    'return Math.max(isTrimmed ? startOf(segment) : placeIn(segment, timeMs), readableAfter);',
    'return isTrimmed ? startOf(segment) : placeIn(segment, timeMs);',
  ],
];

const ORDER_OF_ERRORS: readonly Switch[] = [
  [
    'a fault of the records is told only of a stream as it is',
    'src/streams/stream.ts',
    'if (!end) continue;',
    'if (!end) return records;',
  ],
  [
    'that a stream is closed is told before anything about the records',
    'src/streams/refusals.ts',
    "reason !== 'stale-epoch' && reason !== 'sealed'",
    "reason !== 'stale-epoch'",
  ],
  [
    'that a request was carried out is told before anything about the records',
    'src/streams/refusals.ts',
    "reason !== 'repeated' && reason !== 'stale-epoch' && reason",
    "reason !== 'stale-epoch' && reason",
  ],
  [
    'that an epoch is over is told before anything about the records',
    'src/streams/refusals.ts',
    "reason !== 'repeated' && reason !== 'stale-epoch' && reason",
    "reason !== 'repeated' && reason",
  ],
  [
    'a body too large is told as any other fault of the records',
    'src/streams/records.ts',
    'return isTooLarge(records) ? TOO_LARGE : records;',
    'return records;',
  ],
];

export const STREAM_MUTANTS: readonly Mutant[] = [
  ...mutantsOf({ name: 'streams', foundBy: ['test/streams'] }, SWITCHES),
  ...mutantsOf({ name: 'forks', foundBy: FORK_TESTS }, FORK_SWITCHES),
  ...mutantsOf({ name: 'streams', foundBy: ['test/log/time-search.test.ts'] }, TIMES),
  ...mutantsOf({ name: 'creations', foundBy: ['test/streams/stream.test.ts'] }, LOST_CREATIONS),
  ...mutantsOf({ name: 'errors', foundBy: ['test/api/error-order.test.ts'] }, ORDER_OF_ERRORS),
];
