import { parseProofs, proofKeys } from '../../core/check/proof-lines.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compare, type State } from '../../core/migration/state.ts'
import { readProofs } from '../../project/proofs.ts'
import type { Context } from './context.ts'

/** The migrations of which a stored proof says that DOWN brings back what was, on a server of that major. */
export function provenDowns(
  { settings }: Pick<Context, 'settings'>,
  { entries }: State,
  major: number,
): ReadonlySet<Migration> {
  const filesOf = (all: State['entries']) => all.flatMap(({ file }) => file ?? [])
  const files = filesOf(compare(filesOf(entries), []).entries)
  const known = new Set(parseProofs(readProofs(settings.migrationsDir)).map(({ key }) => key))
  const keys = proofKeys(files, major)
  return new Set(files.filter((_, i) => known.has(keys[i] ?? '')))
}
