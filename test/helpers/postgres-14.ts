import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type Binaries, binariesIn } from '../../src/postgres/embedded/binaries.ts'

/** The oldest server we promise to work on; npm has it for Linux on x64 alone. */
export function postgres14(): Binaries {
  return binariesIn(dirname(dirname(createRequire(import.meta.url).resolve('postgres-14'))))
}
