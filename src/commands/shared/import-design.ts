import { basename, relative, resolve } from 'node:path'
import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import { fileHead } from '../../core/migration/file-head.ts'
import { parseFileName } from '../../core/migration/file-name.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { nameOfChange } from '../../core/schema/migration-name.ts'
import { type Draft, migrationText } from '../../core/schema/migration-text.ts'
import { recordStatements } from '../../core/schema/records.ts'
import { pathOf, type Rename } from '../../core/schema/renames.ts'
import { effectsOf, obstaclesOf } from '../../core/schema/statement-effects.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { type Compared, compareDesign } from '../../postgres/diff/compare-design.ts'
import { draftsOf } from '../../postgres/diff/design-drafts.ts'
import { statementFormat } from '../../postgres/diff/format.ts'
import { type MigrationProof, prove, refuseRest } from '../../postgres/diff/prove-migrations.ts'
import { gone, unwanted } from '../../postgres/diff/unwanted.ts'
import { catalogOf, withScratchConnection } from '../../postgres/scratch/read.ts'
import { replay } from '../../postgres/scratch/replay.ts'
import type { ScratchServer } from '../../postgres/scratch/scratch.ts'
import { readMigrations } from '../../project/migrations.ts'
import { nextPaths, slugOf, writeMigrations } from '../../project/new-migrations.ts'
import { writeDesignSeed } from '../../project/seeds.ts'
import { withConsent } from './consent-losses.ts'
import type { Context } from './context.ts'
import { comparedWith, namedRenames } from './design-renames.ts'
import { readDesign } from './read-design.ts'
import type { ImportResult } from './schema-results.ts'
import { type ScratchWork, withScratchFor } from './scratch-server.ts'
import { shownImport } from './shown-import.ts'

export interface ImportOptions {
  /** Where it is not absolute, from the project root on. */
  readonly file: string
  readonly name: string | null
  readonly allowDrops: boolean
  /** As `--rename` takes them. */
  readonly renames: readonly string[]
}

/**
 * Compares a design with what the migrations make, and writes the difference as the next migration, once it is proven
 * to work both ways.
 */
export async function importDesign(context: Context, options: ImportOptions): Promise<ImportResult> {
  const { migrationsDir, root, cwd } = context.settings
  if (options.name !== null) slugOf(options.name)
  const file = resolve(root, options.file)
  const shown = relative(cwd, file)
  const design = await readDesign(file, cwd)
  if (design.tables.length === 0) {
    throw new NselfError('invalid-design', `${shown} has no table`, {
      hint: 'to write a design to start from: nself db schema scaffold basic',
    })
  }
  const read = await readMigrations(migrationsDir, cwd)
  return withScratchFor(context, {}, async (work) => {
    const files = await work.ready(read)
    context.progress('replaying the migrations')
    const migrated = await replay(work.scratch, files, work.keepTemplate, work.replay)
    const asked = options.renames.length === 0 ? [] : await namedRenames(options.renames, migrated, design)
    context.progress('comparing the design')
    const { compared, renames } = await comparedWith(context, asked, (names) =>
      compareDesign(work.scratch, migrated, design, names),
    )
    for (const note of compared.notes) context.tell(`Note: ${note}`)
    const empty = {
      kind: 'import',
      design: shown,
      files: [],
      differences: [],
      ...shownImport(compared, renames),
    } as const
    const changed = compared.differences.length > 0 || renames.length > 0
    const paths = changed ? await written(context, { work, migrated, compared, files, renames, options }) : []
    const seed = await writtenRecords(context, design, shown)
    return { ...empty, files: paths, differences: compared.differences, seed }
  })
}

interface Task {
  readonly work: ScratchWork
  readonly migrated: ScratchServer
  readonly compared: Compared
  readonly files: readonly Migration[]
  readonly renames: readonly Rename[]
  readonly options: ImportOptions
}

/** Where the migrations are to be written, one for each draft. */
interface Targets {
  readonly paths: readonly string[]
  /** As the head of a migration names it. */
  readonly now: string
}

function targetsFor(
  { migrationsDir, cwd }: Context['settings'],
  { compared, renames, options }: Task,
  drafts: readonly Draft[],
): Targets {
  const name = options.name ?? nameOfChange(compared.differences, renames.map(pathOf))
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const names = drafts.map((_, i) => (i === drafts.length - 1 ? name : `${name}_part_${i + 1}`))
  return { paths: nextPaths(migrationsDir, cwd, names, now), now }
}

/** The texts of the migrations, with what each statement does and what could stop it. */
function textsOf(
  drafts: readonly Draft[],
  { paths, now }: Targets,
  { compared }: Task,
  of: { readonly format: (sql: string) => string; readonly design: string },
): { readonly path: string; readonly text: string }[] {
  const { catalog } = compared.current
  const effects = (change: Change) => effectsOf(change, catalog)
  const obstacles = (change: Change) => obstaclesOf(change, { ...catalog, ...compared.wanted })
  const order = compared.wanted.tables.map(keyOf)
  return drafts.map((draft, i) => {
    const path = certain(paths[i])
    const part =
      drafts.length === 1 ? [] : [`Part ${i + 1} of ${drafts.length}: what the next one needs must be committed first.`]
    const head = [
      ...fileHead(certain(parseFileName(basename(path))).name, now),
      `From ${of.design}; proven both ways before it was written.`,
      ...part,
    ]
    return { path, text: migrationText(draft, { head, format: of.format, effects, obstacles, order }) }
  })
}

/** Generates, asks, proves and writes; resolves to the paths. */
async function written(context: Context, task: Task): Promise<string[]> {
  const { compared, renames, options } = task
  const asked = { renames, allowed: options.allowDrops }
  const { texts } = await withConsent(context, compared, asked, async () => {
    const { texts, after } = await proven(context, task)
    return { texts, gone: gone(compared, after) }
  })
  writeMigrations(context.settings.cwd, texts)
  return texts.map(({ path }) => path)
}

/** The migrations as they hold both ways. @throws NselfError `not-proven`. */
async function proven(
  context: Context,
  task: Task,
): Promise<{ readonly texts: ReturnType<typeof textsOf>; readonly after: Catalog }> {
  const { work, migrated, compared, files, renames, options } = task
  const { root } = context.settings
  context.progress('writing the difference as SQL')
  const drafts = await draftsOf(compared, renames)
  const format = await withScratchConnection(migrated, statementFormat)
  const targets = targetsFor(context.settings, task, drafts)
  const design = relative(root, resolve(root, options.file))
  context.progress('proving it on a scratch database')
  const { server, whole: current } = compared.current
  const expected = {
    before: server === migrated ? current : await catalogOf(migrated, true),
    current,
    unwanted: (found: Catalog) => unwanted(compared, found),
  }
  const proveTexts = async (server: ScratchServer, texts: ReturnType<typeof textsOf>) => {
    const fresh = await work.ready(
      texts.map(({ path, text }) => parseMigration(path, certain(parseFileName(basename(path))), text)),
    )
    return prove(server, [...files, ...fresh], fresh, expected, work.replay)
  }
  const texts = textsOf(drafts, targets, task, { format, design })
  const proof = await proveTexts(migrated, texts)
  if (proof.restUp.length === 0 && proof.restDown.length === 0) return { texts, after: proof.after }
  const whole = textsOf(withRest(drafts, proof), targets, task, { format, design })
  const again = await proveTexts(await replay(work.scratch, files, work.keepTemplate, work.replay), whole)
  refuseRest(again)
  return { texts: whole, after: again.after }
}

/** What follows UP comes last of all, and so does what follows DOWN. */
function withRest(drafts: readonly Draft[], { restUp, restDown }: MigrationProof): Draft[] {
  return drafts.map(({ up, down }, i) => ({
    up: i === drafts.length - 1 ? [...up, ...restUp] : up,
    down: i === 0 ? [...down, ...restDown] : down,
  }))
}

/** The records of the design as a seed: its path when it was written. */
async function writtenRecords({ settings }: Context, design: Design, file: string): Promise<string | null> {
  const statements = recordStatements(design)
  if (statements.length === 0) return null
  const head = `-- Records of ${file}; written by nself db schema import, which overwrites it.\n\n`
  const text = `${head}${statements.map(({ sql }) => `${sql};\n`).join('\n')}`
  return writeDesignSeed(settings.seedsDir, settings.cwd, text)
}
