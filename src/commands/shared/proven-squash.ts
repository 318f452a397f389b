import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration, MigrationName } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import { canonicalVersion } from '../../core/migration/version.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { inColumnOrder } from '../../core/squash/column-order.ts'
import { type Carried, irreversibleLine, squashText } from '../../core/squash/file-text.ts'
import { isOfEvents, isReference, portable } from '../../core/squash/portable.ts'
import { planWayBack } from '../../postgres/diff/plan-way-back.ts'
import { readMade } from '../../postgres/diff/scratch-copy.ts'
import { withScratchConnection } from '../../postgres/scratch/read.ts'
import { replay } from '../../postgres/scratch/replay.ts'
import type { ScratchServer } from '../../postgres/scratch/scratch.ts'
import { compareMade, type SquashDifferences } from '../../postgres/squash/compare-made.ts'
import { readStaticRows, roleOf, type StaticRows } from '../../postgres/squash/static-rows.ts'
import type { Context } from './context.ts'
import { provenDown } from './proven-down.ts'
import { type ScratchWork, withScratchFor } from './scratch-server.ts'
import type { SquashDown } from './squash-result.ts'

/** A file that stands for others, as it is to be written. */
export interface SquashFile extends Pick<StaticRows, 'sequences'> {
  readonly text: string
  readonly rows: StaticRows['tables']
  readonly carried: readonly Carried[]
  /** What is no part of a schema, and is made differently. */
  readonly outside: readonly string[]
  readonly down: SquashDown
}

interface Target {
  readonly path: string
  readonly name: string
}

/**
 * The text of a file that makes what these make, schema and rows, with a DOWN where one can be proven.
 * @throws NselfError `not-proven` with what differs; `refused` where that cannot be told; `migration-failed`.
 */
export async function provenSquash(context: Context, parts: readonly Migration[], target: Target): Promise<SquashFile> {
  return withScratchFor(context, { strict: 'nothing was squashed' }, async (work) => {
    const ready = await work.ready(parts)
    const carried = [...work.leftStatements]
    context.progress('replaying the migrations')
    const want = await replay(work.scratch, ready, work.keepTemplate, work.replay)
    context.progress('writing what they make as SQL')
    const { text, rows } = await written(work, want, { parts, carried, target })
    context.progress('proving it on a scratch database')
    const fresh = parsed(target, text)
    const made = await replay(work.scratch, await work.ready([fresh]), false, work.replay).catch((error) => {
      throw notRunning(error)
    })
    const found = await compareMade(want, made)
    refuseDifferent(found)
    const down = await withOwnDown(context, work, fresh, text)
    return { ...down, rows: rows.tables, sequences: rows.sequences, carried, outside: found.outside }
  })
}

interface Written {
  readonly text: string
  readonly rows: StaticRows
}

async function written(
  work: ScratchWork,
  want: ScratchServer,
  { parts, carried, target }: { parts: readonly Migration[]; carried: readonly Carried[]; target: Target },
): Promise<Written> {
  const place = { scratch: work.scratch, ready: work.readyStatement }
  const way = await planWayBack(place, want, await work.scratch.create(), []).catch((error) => {
    throw unwritable(error)
  })
  if (way.left.length > 0) throw notProven('SQL for the schema does not make all of it', way.left.map(lineOf))
  const { rows, catalog, role } = await withScratchConnection(want, async (client) => ({
    catalog: await readMade(client),
    role: await roleOf(client),
    rows: await readStaticRows(client),
  }))
  const statements = way.parts.map((part) =>
    inColumnOrder(
      part.map((change) => portable(change, role)),
      catalog,
    ),
  )
  const linesOf = (wanted: (change: Change) => boolean) =>
    statements.flatMap((part) => sectionLines(part.filter(wanted), way.format, () => []))
  const schema = linesOf((change) => !isReference(change) && !isOfEvents(change))
  const references = [...linesOf(isReference), ...linesOf(isOfEvents)]
  const commits = statements.flat().some(({ commitsFirst }) => commitsFirst)
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const content = { name: target.name, now, parts, schema, references, commits, carried, rows: rows.lines }
  return { text: squashText(content), rows }
}

function parsed({ path, name }: Target, text: string): Migration {
  const version: MigrationName['version'] = canonicalVersion(certain(/^\d+/.exec(name)?.[0]))
  return parseMigration(path, { version, name }, text)
}

/** The file with a DOWN that takes all of it back, or with why it has none. */
async function withOwnDown(
  context: Context,
  work: ScratchWork,
  fresh: Migration,
  was: string,
): Promise<Pick<SquashFile, 'text' | 'down'>> {
  const { up } = fresh
  const without = (why: string) => ({
    text: was.replace('\n-- UP\n', `\n${irreversibleLine(why)}\n\n-- UP\n`),
    down: { proven: false, lost: [], why },
  })
  if (up.kind === 'streamed') return without('it is too large for its DOWN to be written')
  try {
    const ready = await work.ready([fresh])
    const { text, lost } = await provenDown(context, { work, file: { ...fresh, up }, ready, was })
    return { text, down: { proven: true, lost, why: null } }
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    if (!['refused', 'not-proven', 'migration-failed'].includes(error.code)) throw error
    return without(error.message.replace('; nothing was written', ''))
  }
}

const lineOf = (item: Difference) => differenceLine(item, 'the migrations', 'the file')

const shownLines = 20

function notProven(what: string, lines: readonly string[]): NselfError {
  const more = lines.length > shownLines ? [`  and ${lines.length - shownLines} more`] : []
  const shown = lines.slice(0, shownLines).map((line) => `  ${line}`)
  return new NselfError('not-proven', [`not proven: ${what}`, ...shown, ...more].join('\n'), {
    hint: 'squash up to the migration before the one that makes it, and please report it; nothing was written',
  })
}

/** @throws NselfError `not-proven` where schema, rows or sequences are not the same. */
function refuseDifferent({ schema, rows, reordered, sequences, fingerprint }: SquashDifferences): void {
  const lines = [
    ...schema.map(lineOf),
    ...rows.map(({ table, before, after }) =>
      before === after ? `other values in the rows of ${table}` : `${table} gets ${after} rows instead of ${before}`,
    ),
    ...reordered.map((table) => `the columns of ${table} are in another order`),
    ...sequences.map((name) => `the sequence ${name} stands elsewhere`),
    ...(fingerprint && rows.length === 0 ? ['the fingerprint of the schema differs'] : []),
  ]
  if (lines.length > 0) throw notProven('the file does not make what the migrations make', lines)
}

function notRunning(error: unknown): unknown {
  if (!(error instanceof NselfError) || error.code !== 'migration-failed') return error
  const { location, server } = error
  return new NselfError('not-proven', `not proven: the file does not run: ${error.message}`, {
    ...(location === undefined ? {} : { location: { ...location, path: `${location.path} (not written)` } }),
    ...(server === undefined ? {} : { server }),
    hint: 'squash up to the migration before the one that makes it, and please report it; nothing was written',
    cause: error,
  })
}

function unwritable(error: unknown): unknown {
  if (error instanceof NselfError || !(error instanceof Error)) return error
  return new NselfError('refused', `the schema that the migrations make cannot be written as SQL: ${error.message}`, {
    hint: 'squash up to the migration before the one that makes it; nothing was written',
    cause: error,
  })
}
