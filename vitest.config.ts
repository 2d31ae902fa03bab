import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{harness,features,reference-impl}/**/*.test.{ts,tsx}'],
    // For a machine that does much else: a test that hangs is found, and no time is promised.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One less would be the default, and most of what is slow waits for processes.
    maxWorkers: '100%',
  },
});
