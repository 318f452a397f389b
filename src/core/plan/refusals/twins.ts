import { NselfError } from '../../errors.ts'
import type { Migration } from '../../migration/migration.ts'
import type { State } from '../../migration/state.ts'

/** @throws NselfError `conflict` for two files of one version: nobody can tell their order. */
export function refuseTwins({ entries, twins }: State): void {
  const [pair] = twins
  if (pair === undefined) return
  const [a, b] = pair
  const halves = /\.down$/.test(a.name) && /\.up$/.test(b.name)
  const isApplied = (file: Migration) => entries.some((entry) => entry.file === file && entry.applied !== null)
  const applied = pair.find(isApplied)
  const free = applied === a ? b : applied === b ? a : b
  const renumber = (file: Migration) => `nself db migrate repair --renumber ${file.name}`
  const stands = applied === undefined ? 'neither is applied' : `${applied.name} is applied, ${free.name} is not`
  throw new NselfError('conflict', `two migrations have the version ${a.version}: ${a.path} and ${b.path}; ${stands}`, {
    hint: isOfScript(a, b)
      ? 'nself db adopt nself-bash   (takes over files whose DOWN is in a file of its own)'
      : halves
        ? `make them one file: -- UP, the text of ${b.name}.sql, -- DOWN, the text of ${a.name}.sql`
        : applied === undefined
          ? `give the one that no other branch has yet the next free number: ${renumber(free)}; or: ${renumber(free === a ? b : a)}`
          : `if no other branch has ${free.name} yet, give it the next free number: ${renumber(free)}. If a merge has brought it, and no other branch has ${applied.name}, see how that gets another one: ${renumber(applied)}`,
  })
}

/** The shell script that had the name nself kept `X_down.sql` beside `X.sql`. */
const isOfScript = (a: Migration, b: Migration) => a.name === `${b.name}_down` || b.name === `${a.name}_down`
