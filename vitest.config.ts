/**
 * Four kinds of test: pure rooms in Node, storage and routes in workerd, commands and pages in Chromium, and whole journeys of the built Worker over
 * real HTTP.
 */
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { configDefaults, defineConfig } from 'vitest/config'

const inWorkerd = ['test/store/**/*.test.ts', 'test/routes/**/*.test.ts', 'test/app.test.ts']
const journeys = ['test/flows/**/*.test.ts']
/** They start programs, each with what it needs for itself, so that several can run at a time. */
const programs = ['test/dev/**/*.test.ts', 'test/pages/**/*-chromium.test.ts']
/** A run of their own, with what few machines have: test/providers/vitest.config.ts. */
const realProviders = ['test/providers/**']

export default defineConfig({
  test: {
    // On a machine with two cores one of them would have nothing to do.
    maxWorkers: '100%',
    reporters: ['default', './test/support/verdict-reporter.ts', './test/support/proof-reporter.ts'],
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...inWorkerd, ...journeys, ...programs, ...realProviders],
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { MIGRATIONS: await readD1Migrations('migrations') } },
          })),
        ],
        test: { name: 'workerd', include: inWorkerd, setupFiles: ['test/support/migrate.ts'] },
      },
      {
        test: {
          name: 'programs',
          include: programs,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: journeys,
          globalSetup: ['test/support/build.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
