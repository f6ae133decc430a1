import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take longest, so they begin first: one that began last would run alone. */
const LONGEST = [
  'process/soak',
  'streams/fork-orders',
  'durable-streams/dynamodb',
  'cli/transfer',
  'process/faults',
  'api/function',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const longest = LONGEST.flatMap((name) =>
      others.filter(({ moduleId }) => moduleId.includes(`/${name}.`)),
    );
    return [...new Set([...longest, ...others])];
  }
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Several suites start processes of their own; two at a time suit a small machine.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/test-results.json' },
  },
});
