import { join, relative } from 'node:path'
import type { AdoptPlan } from '../../core/adopt/plan.ts'
import type { PlannedFile } from '../../core/adopt/planned-file.ts'
import type { Problem } from '../../core/adopt/tools/tool.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import { parseRepeatable, type Repeatable } from '../../core/migration/repeatable.ts'
import { readMigrations } from '../../project/migrations.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import type { Context } from './context.ts'

/** The files of a plan as they will be. */
export interface AdoptedFiles {
  /** Those of the plan that can be read, by their key. */
  readonly files: ReadonlyMap<string, Migration>
  /** All that is in our folder and all that comes into it. */
  readonly all: readonly Migration[]
  readonly repeatables: ReadonlyMap<string, Repeatable>
  /** All that run again when they are edited, ours too. */
  readonly allRepeatables: readonly Repeatable[]
  readonly problems: readonly Problem[]
}

/**
 * The files as they will be. What cannot be read is a problem.
 * @param isSetAside what is in our folder is the other tool's.
 */
export async function adoptedFiles({ settings }: Context, plan: AdoptPlan, isSetAside: boolean): Promise<AdoptedFiles> {
  const { root, migrationsDir, repeatableDir } = settings
  const problems = [...plan.problems]
  const pathIn = (folder: string, name: string) => join(relative(root, folder), `${name}.sql`)
  const own = isSetAside ? [] : await readMigrations(migrationsDir, root)
  const files = taken(plan.files, own, problems, ({ name, version, text }) =>
    parseMigration(pathIn(migrationsDir, name), { name, version }, text),
  )
  const ours = readRepeatables(repeatableDir, root)
  const repeatables = taken(plan.repeatables, ours, problems, ({ name, text }) =>
    parseRepeatable(pathIn(repeatableDir, name), name, text),
  )
  return { files, all: together(own, files), repeatables, allRepeatables: together(ours, repeatables), problems }
}

/** Each file by its key: as an earlier run has left it, or as it will be written. */
function taken<File extends { readonly name: string }>(
  planned: readonly PlannedFile[],
  own: readonly File[],
  problems: Problem[],
  parse: (file: PlannedFile) => File,
): Map<string, File> {
  const known = new Set(problems.map(({ subject }) => subject))
  const files = new Map<string, File>()
  for (const file of planned) {
    const subject = file.sources[0] ?? file.name
    try {
      const there = file.isThere ? own.find(({ name }) => name === file.name) : undefined
      files.set(file.key, there ?? parse(file))
    } catch (error) {
      if (!(error instanceof NselfError)) throw error
      if (!known.has(subject)) problems.push(unreadable(subject, error))
    }
  }
  return files
}

function unreadable(subject: string, { message, location, hint }: NselfError): Problem {
  const near = location === undefined ? '' : ` (near: ${location.excerpt.trim()})`
  const what = `cannot be taken over as it is: ${message}${near}`
  return { subject, what, decision: 'nothing is written', choice: hint ?? null, weight: 'obstacle' }
}

function together<File extends { readonly name: string }>(
  own: readonly File[],
  adopted: ReadonlyMap<string, File>,
): File[] {
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...[...adopted.values()].filter(({ name }) => !names.has(name))]
}
