import { basename } from 'node:path'
import { certain } from '../../core/certain.ts'
import { fileHead } from '../../core/migration/file-head.ts'
import { parseFileName } from '../../core/migration/file-name.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { nameOfChange } from '../../core/schema/migration-name.ts'
import { type Draft, migrationText } from '../../core/schema/migration-text.ts'
import { pathOf, type Rename } from '../../core/schema/renames.ts'
import { effectsOf, obstaclesOf } from '../../core/schema/statement-effects.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import type { Compared } from '../../postgres/diff/compare-design.ts'
import { nextPaths } from '../../project/new-migrations.ts'
import type { Context } from './context.ts'

/** A difference that is to be written. */
interface DesignChange {
  readonly compared: Compared
  readonly renames: readonly Rename[]
}

/** A migration that is to be written. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
  /** It waits until the new release is out. */
  readonly contract: boolean
}

/** Where the migrations are to be written, one for each draft. */
export interface Targets {
  readonly paths: readonly string[]
  /** As the head of a migration names it. */
  readonly now: string
}

/** The paths of the migrations that are to be written. */
export function targetsFor(
  { migrationsDir, cwd }: Context['settings'],
  { compared, renames }: DesignChange,
  given: string | null,
  drafts: readonly Draft[],
): Targets {
  const name = given ?? nameOfChange(compared.differences, renames.map(pathOf))
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const names = drafts.map(({ suffix }, i) => {
    if (suffix !== undefined) return `${name}_${suffix}`
    return i === drafts.length - 1 ? name : `${name}_part_${i + 1}`
  })
  return { paths: nextPaths(migrationsDir, cwd, names, now), now }
}

/** The texts of the migrations, with what each statement does and what could stop it. */
export function textsOf(
  drafts: readonly Draft[],
  { paths, now }: Targets,
  { compared }: DesignChange,
  of: { readonly format: (sql: string) => string; readonly design: string },
): GeneratedFile[] {
  const { catalog } = compared.current
  const effects = (change: Change) => change.remarks ?? effectsOf(change, catalog)
  const obstacles = (change: Change) => change.remarks ?? obstaclesOf(change, { ...catalog, ...compared.wanted })
  const order = compared.wanted.tables.map(keyOf)
  return drafts.map((draft, i) => {
    const path = certain(paths[i])
    const says = draft.says ?? 'what the next one needs must be committed first.'
    const part = drafts.length === 1 ? [] : [`Part ${i + 1} of ${drafts.length}: ${says}`]
    const head = [
      ...fileHead(certain(parseFileName(basename(path))).name, now),
      `From ${of.design}; proven both ways before it was written.`,
      ...part,
    ]
    const text = migrationText(draft, { head, format: of.format, effects, obstacles, order })
    return { path, text, contract: draft.contract === true }
  })
}
