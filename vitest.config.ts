import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{harness,features,reference-impl}/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
  },
});
