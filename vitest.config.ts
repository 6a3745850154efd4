import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The default of a second is short for a real server or disk on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './test/support/closing-line-reporter.ts'],
  },
});
