// The guards that keep the requests of producers apart, switched off one at a time.

import type { Mutant } from './mutants.ts';

export const PRODUCER_MUTANTS: readonly Mutant[] = [
  {
    missing: 'a repeated request of a producer is refused',
    file: 'src/log/producers.ts',
    find: "return sequence <= state.sequence ? 'repeated' : undefined;",
    replace: 'return undefined;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'a request that is the next one but for its number is refused',
    file: 'src/log/segment.ts',
    find: "if (producer && producer.sequence !== expectedSequence(metadata.producers, producer)) return 'producer-gap';",
    replace: '',
    foundBy: ['test/log/producers.test.ts'],
  },
  {
    missing: 'a producer with an older epoch is refused',
    file: 'src/log/producers.ts',
    find: "if (state.epoch > epoch) return 'stale-epoch';",
    replace: 'if (state.epoch > epoch) return undefined;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'a greater epoch begins at 0',
    file: 'src/log/producers.ts',
    find: 'return state?.epoch === request.epoch ? state.sequence + 1 : 0;',
    replace: 'return state ? state.sequence + 1 : 0;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'the next segment knows the producers of the full one',
    file: 'src/log/segment.ts',
    find: 'return producers ? { ...metadata, producers } : metadata;',
    replace: 'return producers ? { ...metadata, producers: new Map() } : metadata;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'the append that opens a segment is noted down in it',
    file: 'src/log/intent.ts',
    find: 'const metadata = metadataAfter(metadataCarried(segment.metadata), update, base);',
    replace: 'const metadata = metadataCarried(segment.metadata);',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'requests of producers do not share a batch',
    file: 'src/log/group-commit.ts',
    find: 'return expectedTail !== undefined || sequence !== undefined || producer !== undefined;',
    replace: 'return expectedTail !== undefined || sequence !== undefined;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'a sequence text that is not greater is refused',
    file: 'src/log/segment.ts',
    find: "if (isBehind(sequence, metadata.sequence)) return 'sequence-behind';",
    replace: '',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'appends with sequence texts do not share a batch',
    file: 'src/log/group-commit.ts',
    find: 'return expectedTail !== undefined || sequence !== undefined || producer !== undefined;',
    replace: 'return expectedTail !== undefined || producer !== undefined;',
    foundBy: 'producers-lossy',
  },
  {
    missing: 'the producers that wrote last are the ones that are kept',
    file: 'src/log/producers.ts',
    find: 'if (a.base !== b.base) return b.base - a.base;',
    replace: 'if (a.base !== b.base) return a.base - b.base;',
    foundBy: ['test/log/producers.test.ts'],
  },
  {
    missing: 'a segment hands on a bounded number of producers',
    file: 'src/log/producers.ts',
    find: 'return bytes <= PRODUCERS_KEPT_BYTES_MAX;',
    replace: 'return true;',
    foundBy: ['test/log/producers.test.ts'],
  },
  {
    missing: 'a close of a producer that is repeated is told from one of another writer',
    file: 'src/log/step.ts',
    find: "const isNamed = result.kind === 'refused' && result.reason === 'repeated';",
    replace: 'const isNamed = false;',
    foundBy: ['test/log/producers.test.ts'],
  },
  {
    missing: 'a producer that closes a closed log is refused',
    file: 'src/log/intent.ts',
    find: "if (update.end === 'sealed' && !update.entry && !update.conditions.producer) {",
    replace: "if (update.end === 'sealed' && !update.entry) {",
    foundBy: ['test/log/producers.test.ts'],
  },
];
