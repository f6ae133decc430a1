// The guards of retention, switched off one at a time.

import type { Mutant } from './mutant.ts';

export const RETENTION_MUTANTS: readonly Mutant[] = [
  {
    missing: 'retention trims nothing that is younger than the age of trimming',
    file: 'src/log/retention.ts',
    find: 'return oldMs < trimAgeMinMs || (',
    replace: 'return (',
    foundBy: 'retention-bytes',
  },
  {
    missing: 'retention trims nothing that is held',
    file: 'src/log/retention.ts',
    find: 'Math.min(wanted, held ?? wanted)',
    replace: 'wanted',
    foundBy: 'retention-age',
  },
  {
    missing: 'retention keeps what is younger than the age that it names',
    file: 'src/log/retention.ts',
    find: '(oldMs < ageMs && bytesInAll - bytes < bytesKept)',
    replace: '(Number.isNaN(ageMs) && bytesInAll - bytes < bytesKept)',
    foundBy: 'retention-age',
  },
  {
    missing: 'retention keeps as many bytes as it names',
    file: 'src/log/retention.ts',
    find: 'bytesInAll - bytes < bytesKept);',
    replace: 'bytesInAll - bytes < bytesKept / 2);',
    foundBy: 'retention-bytes',
  },
  {
    missing: 'retention counts the bytes of all segments before',
    file: 'src/log/segment.ts',
    find: 'return { bytes: past.bytes + bytes, latestMs };',
    replace: 'return { bytes, latestMs };',
    foundBy: 'retention-bytes',
  },
  {
    missing: 'a record keeps those after it',
    file: 'src/log/segment.ts',
    find: 'Math.max(past.latestMs, ...entries.map(timeOf))',
    replace: 'Math.max(0, ...entries.map(timeOf))',
    foundBy: ['test/log/retention.test.ts'],
  },
  {
    missing: 'the bytes and times of a full segment are kept when its entries are forgotten',
    file: 'src/log/segment.ts',
    find: 'entries: [], metadata: { ...metadata, past: pastAfter(segment) } };',
    replace: 'entries: [], metadata };',
    foundBy: ['test/log/retention.test.ts'],
  },
  {
    missing: 'a segment is as old as its newest record',
    file: 'src/log/segment.ts',
    find: 'Math.max(past.latestMs, ...entries.map(timeOf))',
    replace: 'Math.max(past.latestMs, ...entries.slice(0, 1).map(timeOf))',
    foundBy: 'retention-age',
  },
  {
    missing: 'the next segment knows what came before it',
    file: 'src/log/segment.ts',
    find: '...(metadata.contentType === undefined ? {} : { past: pastAfter(segment) }),',
    replace: '',
    foundBy: 'retention-both',
  },
  {
    missing: 'a search goes on right behind the segment that it has seen',
    file: 'src/log/search.ts',
    find: 'else low = Math.max(segment.tail, low + 1);',
    replace: 'else low = segment.tail + 1;',
    foundBy: ['test/log/retention.test.ts'],
  },
  {
    missing: 'what is trimmed while an hour passes is swept after the next one',
    file: 'src/log/retention.ts',
    find: 'const trimmed = await log.trim(trimTo);',
    replace: 'const trimmed = await log.trim(trimTo > readableAfter ? trimTo : 0);',
    foundBy: ['test/streams/trimming.test.ts'],
  },
  {
    missing: 'what retention has trimmed is swept by the same call, later',
    file: 'src/log/retention.ts',
    find: 'if (trimTo === readableAfter && !pending)',
    replace: 'if (trimTo === readableAfter)',
    foundBy: 'retention-bytes',
  },
];
