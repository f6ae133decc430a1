import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Several suites start processes of their own; two at a time suit a small machine.
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/test-results.json' },
  },
});
