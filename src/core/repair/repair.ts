import type { Environment } from '../environment.ts'
import { listSome } from '../migration/entry-words.ts'
import { wasEmpty } from '../migration/identity.ts'
import type { Applied, Migration, MigrationName } from '../migration/migration.ts'
import type { State } from '../migration/state.ts'
import type { TableDamage } from './table-damage.ts'

/** One repair; `what` says it to a person. */
export type Repair = { readonly what: string } & (
  | { readonly kind: 'accept'; readonly file: Migration; readonly row: MigrationName }
  | { readonly kind: 'mark-applied' | 'baseline'; readonly file: Migration; readonly row: MigrationName | null }
  | { readonly kind: 'forget' | 'statement-again'; readonly version: string; readonly name: string }
  | { readonly kind: 'statement-done'; readonly version: string; readonly name: string; readonly doneChecksum: string }
  | { readonly kind: 'renamed'; readonly file: Migration; readonly row: MigrationName }
  | { readonly kind: 'rebuild'; readonly files: readonly Migration[] }
  | { readonly kind: 'forget-repeatable'; readonly repeatable: string }
  | { readonly kind: 'renamed-repeatable'; readonly repeatable: string; readonly to: string }
  | { readonly kind: 'drop-invalid-index'; readonly index: string }
  | { readonly kind: 'mark-environment'; readonly to: Environment }
  | { readonly kind: 'restore-tables'; readonly damages: readonly TableDamage[] }
)

/** Where its file is here, it runs again with the next `up`. */
export function forgetRepeatable(name: string): Repair {
  return { kind: 'forget-repeatable', repeatable: name, what: `forget the repeatable ${name}; what it made is kept` }
}

/** The row takes the name that the file has now. */
export function renamedRepeatable(name: string, to: string): Repair {
  return { kind: 'renamed-repeatable', repeatable: name, to, what: `record the repeatable ${name} as ${to}` }
}

/** What the journal knows is put back; each stored DOWN comes from the file, which is the only one to have it. */
export function rebuild({ entries, lost }: State): Repair {
  const files = entries.flatMap(({ file, applied }) => (file !== null && applied === null ? [file] : []))
  const what =
    lost.length === 0
      ? 'rebuild the table of migrations from the journal'
      : `put ${lost.length === 1 ? 'the row' : 'the rows'} of ${listSome(lost)} back from the journal`
  return { kind: 'rebuild', files, what }
}

/** The row of an applied migration takes the number and the name that its file has now. */
export function renamed(file: Migration, row: MigrationName): Repair {
  return { kind: 'renamed', file, row, what: `record ${row.name} as ${file.name}` }
}

/** The row takes the checksum that the edited file has now. */
export function accept(file: Migration, row: MigrationName): Repair {
  return { kind: 'accept', file, row, what: `accept ${file.name} as it is now, without running it` }
}

/** The file is recorded as applied. `row`: what a failed attempt left. */
export function markApplied(file: Migration, row: MigrationName | null): Repair {
  return { kind: 'mark-applied', file, row, what: `record ${file.name} as applied without running it` }
}

/** The row is removed; what the migration did is left as it is. */
export function forget(row: MigrationName | Applied): Repair {
  const { version, name } = row
  const stays = 'checksum' in row && wasEmpty(row) ? '' : ' (what it did stays in the database)'
  return { kind: 'forget', version, name, what: `forget ${name} without reverting it${stays}` }
}

/** `index`: its name, with its schema. */
export function dropIndex(index: string): Repair {
  return { kind: 'drop-invalid-index', index, what: `drop index ${index}` }
}

/** The database remembers this environment from now on. */
export function markEnvironment(to: Environment): Repair {
  return { kind: 'mark-environment', to, what: `mark the database as ${to}` }
}
