import { basename, relative, resolve } from 'node:path'
import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import { parseFileName } from '../../core/migration/file-name.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Design } from '../../core/schema/design.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import { recordStatements } from '../../core/schema/records.ts'
import type { Rename } from '../../core/schema/renames.ts'
import { type Successor, withSuccessors } from '../../core/schema/successors.ts'
import { type Compared, compareDesign } from '../../postgres/diff/compare-design.ts'
import { draftsOf } from '../../postgres/diff/design-drafts.ts'
import { statementFormat } from '../../postgres/diff/format.ts'
import { type MigrationProof, prove, refuseRest } from '../../postgres/diff/prove-migrations.ts'
import { gone, unwanted } from '../../postgres/diff/unwanted.ts'
import { catalogOf, withScratchConnection } from '../../postgres/scratch/read.ts'
import { type Replayed, replay, replayToSee } from '../../postgres/scratch/replay.ts'
import type { ScratchServer } from '../../postgres/scratch/scratch.ts'
import { readMigrations } from '../../project/migrations.ts'
import { numberlessSlug, writeMigrations } from '../../project/new-migrations.ts'
import { writeDesignSeed } from '../../project/seeds.ts'
import { withConsent } from './consent-losses.ts'
import type { Context } from './context.ts'
import { comparedWith, namedRenames } from './design-renames.ts'
import { chosenSuccessors } from './enum-successors.ts'
import { type GeneratedFile, targetsFor, textsOf } from './migration-texts.ts'
import { proveEach, seriesOf } from './online-series.ts'
import { proveBesideRepeatables } from './prove-beside-repeatables.ts'
import { readDesign } from './read-design.ts'
import type { ImportResult } from './schema-results.ts'
import { type ScratchWork, withScratchFor } from './scratch-server.ts'
import { shownImport } from './shown-import.ts'
import { refuseUntrackedDesign } from './untracked-design.ts'

export interface ImportOptions {
  /** Where it is not absolute, from the project root on. */
  readonly file: string
  readonly name: string | null
  readonly allowDrops: boolean
  /** As `--rename` takes them. */
  readonly renames: readonly string[]
  /** What rows become that hold a value of an enum which goes, as `--becomes` takes it. */
  readonly becomes?: readonly string[]
  /** As a series that blocks nobody for long. */
  readonly online?: boolean
}

/**
 * Compares a design with what the migrations make, and writes the difference as the next migration, once it is proven
 * to work both ways.
 */
export async function importDesign(context: Context, options: ImportOptions): Promise<ImportResult> {
  const { migrationsDir, root, cwd } = context.settings
  if (options.name !== null) numberlessSlug(options.name)
  const file = resolve(root, options.file)
  const shown = relative(cwd, file)
  const design = await readDesign(file, cwd)
  if (design.tables.length === 0) {
    throw new NselfError('invalid-design', `${shown} has no table`, {
      hint: 'to write a design to start from: nself db schema scaffold basic',
    })
  }
  const read = await readMigrations(migrationsDir, cwd)
  if (read.length === 0) await refuseUntrackedDesign(context, design)
  return withScratchFor(context, {}, async (work) => {
    const files = await work.ready(read)
    context.progress('replaying the migrations')
    const migrated = await replayToSee(work.scratch, files, work.keepTemplate, work.replay)
    const asked = options.renames.length === 0 ? [] : await namedRenames(options.renames, migrated.seen, design)
    context.progress('comparing the design')
    const { compared, renames } = await comparedWith(context, asked, (names) =>
      compareDesign(work.scratch, migrated, design, names),
    )
    for (const note of compared.notes) context.tell(`Note: ${note}`)
    const successors = await chosenSuccessors(context, options, compared)
    const changes = shownImport(compared, renames)
    const empty = {
      kind: 'import',
      design: shown,
      files: [],
      waiting: [],
      differences: [],
      ...changes,
    } as const
    const changed = compared.differences.length > 0 || renames.length > 0
    const task = { work, migrated, compared, files, renames, successors, changes, options }
    const { made, wasAsked } = changed ? await written(context, task) : { made: [], wasAsked: false }
    const seed = writtenRecords(context, design, shown)
    const waiting = made.flatMap(({ path, contract }) => (contract ? [path] : []))
    const seen = wasAsked ? ({ wereRead: true } as const) : {}
    return { ...empty, files: made.map(({ path }) => path), waiting, differences: compared.differences, ...seen, seed }
  })
}

interface Task {
  readonly work: ScratchWork
  readonly migrated: Replayed
  readonly compared: Compared
  readonly files: readonly Migration[]
  readonly renames: readonly Rename[]
  readonly successors: readonly Successor[]
  readonly changes: Pick<ImportResult, 'renamed' | 'columns'>
  readonly options: ImportOptions
}

/** Generates, asks, proves and writes. */
async function written(
  context: Context,
  task: Task,
): Promise<{ readonly made: readonly GeneratedFile[]; readonly wasAsked: boolean }> {
  const { compared, renames, options } = task
  const changes = { ...task.changes, differences: compared.differences }
  const asked = { renames, changes, allowed: options.allowDrops }
  const { done, wasAsked } = await withConsent(context, compared, asked, async () => {
    const { texts, after } = await proven(context, task)
    return { texts, gone: gone(compared, after) }
  })
  writeMigrations(context.settings.cwd, done.texts)
  return { made: done.texts, wasAsked }
}

/** The migrations as they hold both ways. @throws NselfError `not-proven`. */
async function proven(context: Context, task: Task): Promise<Proven> {
  const { work, compared, files, options } = task
  const migrated = await task.migrated.own()
  const { root } = context.settings
  context.progress('writing the difference as SQL')
  const drafts = await plannedDrafts(context, task)
  const format = await withScratchConnection(migrated, statementFormat)
  const targets = targetsFor(context.settings, task, options.name, drafts)
  const design = relative(root, resolve(root, options.file))
  context.progress('proving it on a scratch database')
  const { server, whole: current } = compared.current
  const expected = {
    before: server === migrated ? current : await catalogOf(migrated, true),
    current,
    unwanted: (found: Catalog) => unwanted(compared, found),
  }
  const prepared = (texts: readonly GeneratedFile[]) =>
    work.ready(texts.map(({ path, text }) => parseMigration(path, certain(parseFileName(basename(path))), text)))
  const proveTexts = async (server: ScratchServer, texts: readonly GeneratedFile[]) => {
    const fresh = await prepared(texts)
    const proof = await prove(server, [...files, ...fresh], fresh, expected, work.replay)
    if (options.online === true && isWhole(proof)) await proveEach(work, files, fresh)
    return proof
  }
  const again = () => replay(work.scratch, files, work.keepTemplate, work.replay)
  const wholeOf = async (server: ScratchServer, drafts: readonly Draft[]): Promise<Proven> => {
    const texts = textsOf(drafts, targets, task, { format, design })
    const proof = await proveTexts(server, texts)
    if (isWhole(proof)) return { drafts, texts, after: proof.after }
    const longer = withRest(drafts, proof)
    const whole = textsOf(longer, targets, task, { format, design })
    const proofOfWhole = await proveTexts(await again(), whole)
    refuseRest(proofOfWhole)
    return { drafts: longer, texts: whole, after: proofOfWhole.after }
  }
  const beside = async ({ drafts, texts }: Proven) =>
    proveBesideRepeatables(context, work, { files, fresh: await prepared(texts), drafts })
  const first = await wholeOf(migrated, drafts)
  const longer = await beside(first)
  if (longer === null) return first
  const second = await wholeOf(await again(), longer)
  await beside(second)
  return second
}

/** What is to be written: one migration, or a series. @throws NselfError as seriesOf. */
async function plannedDrafts(context: Context, { compared, renames, successors, options }: Task) {
  const planned = (await draftsOf(compared, renames)).map((draft) => ({
    ...draft,
    up: withSuccessors(draft.up, successors),
  }))
  const { current, wanted } = compared
  return options.online === true ? seriesOf(context, current.whole, wanted, planned, successors) : planned
}

/** Migrations as they hold both ways. */
interface Proven {
  readonly drafts: readonly Draft[]
  readonly texts: readonly GeneratedFile[]
  readonly after: Catalog
}

/** Nothing has to follow it. */
const isWhole = ({ restUp, restDown }: MigrationProof) => restUp.length === 0 && restDown.length === 0

/** What follows UP comes last of all, and so does what follows DOWN. */
function withRest(drafts: readonly Draft[], { restUp, restDown }: MigrationProof): Draft[] {
  return drafts.map((draft, i) => ({
    ...draft,
    up: i === drafts.length - 1 ? [...draft.up, ...restUp] : draft.up,
    down: i === 0 ? [...draft.down, ...restDown] : draft.down,
  }))
}

/** The records of the design as a seed: its path when it was written. */
function writtenRecords({ settings }: Context, design: Design, file: string): string | null {
  const statements = recordStatements(design)
  if (statements.length === 0) return null
  const head = `-- Records of ${file}; written by nself db schema import, which overwrites it.\n\n`
  const text = `${head}${statements.map(({ sql }) => `${sql};\n`).join('\n')}`
  return writeDesignSeed(settings.seedsDir, settings.cwd, text)
}
