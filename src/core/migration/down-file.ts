import { isSameText } from './identity.ts'
import type { Migration } from './migration.ts'
import type { Entry } from './state.ts'

/** The file whose DOWN reverts a migration: none where its UP is not what was applied, so that what is stored must. */
export function fileOfDown({ file, applied }: Entry): Migration | null {
  return file !== null && applied !== null && isSameText(file, applied) ? file : null
}
