import type { Migration } from '../../core/migration/migration.ts'
import type { Context } from './context.ts'

/** As they would run. @throws NselfError `usage` for a variable that has no value: nobody knows what it would do. */
export function filledIn({ settings }: Context, files: readonly Migration[]): Migration[] {
  return files.map((file) => ({ ...file, up: settings.variables.fill(file.up, file.path) }))
}
