import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{harness,features,reference-impl}/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    // One less would be the default, and most of what is slow waits for processes.
    maxWorkers: '100%',
  },
});
