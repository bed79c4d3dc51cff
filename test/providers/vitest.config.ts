/**
 * The journeys against real providers: `npm run test:providers`. They need Java, Maven and Go, which `npm test` must not need.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: '.',
    reporters: ['default', './test/support/proof-reporter.ts'],
    include: ['test/providers/**/*.test.ts'],
    globalSetup: ['test/support/build.ts', 'test/providers/support/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 15 * 60_000,
  },
})
