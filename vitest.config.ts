/**
 * Three kinds of test: pure rooms in Node, storage and routes in workerd, whole journeys of the built Worker over real HTTP.
 */
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { configDefaults, defineConfig } from 'vitest/config'

const inWorkerd = ['test/store/**/*.test.ts', 'test/routes/**/*.test.ts', 'test/app.test.ts']
const journeys = ['test/flows/**/*.test.ts', 'test/dev/**/*.test.ts']
/** A run of their own, with what few machines have: test/providers/vitest.config.ts. */
const realProviders = ['test/providers/**']

export default defineConfig({
  test: {
    reporters: ['default', './test/support/verdict-reporter.ts', './test/support/proof-reporter.ts'],
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...inWorkerd, ...journeys, ...realProviders],
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
