import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** These need Debian's pg_dump, psql and chromium, which npm does not bring: `npm run test:system`. */
export const system = 'test/system/*.test.ts'
/** These kill, cut, stall and fill up; they need pgbouncer too: `npm run test:faults`. */
export const faults = 'test/faults/*.test.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [system, faults],
    globalSetup: ['test/helpers/run-folder.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A third of the time a test waits: for a disk, a lock, a death.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Files share what they load: nothing here is replaced by something else for a test.
    isolate: false,
  },
})
