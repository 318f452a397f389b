import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '../core/system-error.ts'
import { writeWhole } from './new-file.ts'

/** Beside the folder of the migrations, to be committed with them. */
const fileOf = (migrationsDir: string): string => join(dirname(migrationsDir), 'proofs')

/** Empty where none was written yet. @throws what the system says. */
export function readProofs(migrationsDir: string): string {
  try {
    return readFileSync(fileOf(migrationsDir), 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** True where it could be written: a folder that is read-only is no reason to fail. */
export function writeProofs(migrationsDir: string, text: string): boolean {
  try {
    mkdirSync(dirname(migrationsDir), { recursive: true })
    writeWhole(fileOf(migrationsDir), text)
    return true
  } catch {
    return false
  }
}
