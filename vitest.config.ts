import { defineConfig } from 'vitest/config'

/** These need Debian's pgbouncer, pg_dump, psql and chromium, which npm does not bring: `npm run test:system`. */
export const system = 'test/system/*.test.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [system],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
