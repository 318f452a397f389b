import { resolve } from 'node:path'
import { certain } from '../../../core/certain.ts'
import { changeInWords } from '../../../core/check/difference-words.ts'
import { NselfError } from '../../../core/errors.ts'
import { withDown } from '../../../core/migration/add-down.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { parseMigration } from '../../../core/migration/parse-file.ts'
import type { HeldSection } from '../../../core/migration/section.ts'
import { compare } from '../../../core/migration/state.ts'
import { noVariables } from '../../../core/migration/variables.ts'
import type { Change } from '../../../core/schema/generated-statement.ts'
import { lossesOfDown } from '../../../core/schema/losses-of-down.ts'
import { sectionLines } from '../../../core/schema/migration-text.ts'
import { obstaclesOf } from '../../../core/schema/statement-effects.ts'
import { inspect } from '../../../parsers/postgres/dangers.ts'
import { renamesBack } from '../../../parsers/postgres/renames-back.ts'
import { planWayBack, type WayBack } from '../../../postgres/diff/plan-way-back.ts'
import { type Proof, proveHistory } from '../../../postgres/proof/prove-history.ts'
import { replay } from '../../../postgres/scratch/replay.ts'
import { readMigrations } from '../../../project/migrations.ts'
import { rewriteMigration, textOfMigration } from '../../../project/rewrite-migration.ts'
import { rowsInWords } from '../../shared/check/proof-findings.ts'
import type { Context } from '../../shared/context.ts'
import type { CreateResult } from '../../shared/migrate-results.ts'
import { type ScratchWork, withScratchFor } from '../../shared/scratch-server.ts'

const head = '-- Generated from the two schemas and proven; review it before you rely on it.'

type Upward = Migration & { readonly up: HeldSection }

/**
 * Writes the DOWN that a migration lacks into its file: what turns the schema after it back into the one before it,
 * once it is proven. @throws NselfError `usage`, `refused` where none is to be written, `not-proven`.
 */
export async function writeDown(context: Context, version: string): Promise<CreateResult> {
  const { migrationsDir, cwd } = context.settings
  const files = compare(await readMigrations(migrationsDir, cwd), []).entries.flatMap(({ file }) => file ?? [])
  const file = wanted(files, version)
  const path = resolve(cwd, file.path)
  const was = await textOfMigration(path)
  const history = files.slice(0, files.findIndex(({ name }) => name === file.name) + 1)
  const { text, lost } = await withScratchFor(context, {}, (work) => provenText(context, { work, file, history, was }))
  await rewriteMigration(path, file.path, was, text)
  return { kind: 'create', path: file.path, down: { of: version, lost } }
}

function wanted(files: readonly Migration[], version: string): Upward {
  const [file, twin] = files.filter((one) => one.version === version)
  if (file === undefined) {
    throw new NselfError('usage', `no migration file has the version ${version}`, {
      hint: 'to see the migrations: nself db migrate status',
    })
  }
  if (twin !== undefined) {
    throw new NselfError('usage', `two files have the version ${version}: ${file.path} and ${twin.path}`, {
      hint: 'give one of them another number: nself db migrate repair --renumber NAME',
    })
  }
  if (file.down !== null) {
    throw new NselfError('refused', `${file.path} has a DOWN; nothing was written`, {
      hint: `to prove it: nself db check --all; to have one written instead, remove it from the file first`,
    })
  }
  const { up } = file
  if (up.kind === 'streamed') {
    throw new NselfError('refused', `${file.path} is too large for its DOWN to be written; nothing was written`, {
      hint: 'write it by hand at the end of the file, below a line -- DOWN',
    })
  }
  return { ...file, up }
}

interface Task {
  readonly work: ScratchWork
  readonly file: Upward
  /** All up to the file. */
  readonly history: readonly Migration[]
  /** What stands in the file. */
  readonly was: string
}

async function provenText(context: Context, task: Task): Promise<{ text: string; lost: string[] }> {
  const { work, file, history } = task
  const ready = await work.ready(history)
  context.progress('replaying the schema before and after it')
  const made = (files: readonly Migration[]) => replay(work.scratch, files, work.keepTemplate, work.replay)
  const before = ready.length === 1 ? await work.scratch.create() : await made(ready.slice(0, -1))
  const after = await made(ready)
  context.progress('writing the difference as SQL')
  const place = { scratch: work.scratch, ready: work.readyStatement }
  const way = await planWayBack(place, before, after, await renamesBack(file.up))
  if (way.left.length > 0) throw notProven(file, way.left.map(changeInWords))
  if (way.parts.length === 0) throw onlyRows(file)
  context.progress('proving it on a scratch database')
  const taken = await rowsTaken(context, file)
  const first = fileWith(context, task, way, taken)
  const { rowsDiffer } = await proofOf(task, ready, first)
  const told = notesIn(first.lines)
  const untold = rowsDiffer.filter(
    ({ table }) => !told.some((line) => line.includes(` ${table.replace(/^public\./, '')}`)),
  )
  // Comments change nothing of what was proven.
  const lost = [...taken, ...untold.map((rows) => `The rows are not as before: ${rowsInWords(rows)}.`)]
  const whole = fileWith(context, task, way, lost)
  return { text: whole.text, lost: notesIn(whole.lines) }
}

/** What UP does to rows that the schema does not tell. */
async function rowsTaken({ settings }: Context, { name, path, up }: Upward): Promise<string[]> {
  const { findings } = await inspect([{ name, path, section: settings.variables.standIn(up, path) }])
  const lines = findings.flatMap(({ kind, object }) => {
    if (kind === 'truncate' || kind === 'delete') return [`The rows of ${object} that UP deletes do not come back.`]
    if (kind === 'update') return [`What UP changes in the rows of ${object} stays changed.`]
    return kind === 'retype' ? [`What the new type of ${object} cuts off does not come back.`] : []
  })
  return [...new Set(lines)]
}

interface Written {
  readonly text: string
  readonly lines: readonly string[]
  readonly fresh: Migration
}

/** The file with that DOWN. @throws NselfError `refused` where it would hold a secret, or change UP. */
function fileWith({ settings }: Context, { file, was }: Task, way: WayBack, lost: readonly string[]): Written {
  const notes = (change: Change) => [...lossesOfDown(change), ...obstaclesOf(change, way.from)]
  const changes = way.parts.flat()
  const lines = [
    head,
    ...lost.map((line) => `-- ! ${line.replace(/[\r\n]+/g, ' ')}`),
    ...(changes.some(({ commitsFirst }) => commitsFirst) ? ['-- nself: no-transaction'] : []),
    '',
    ...way.parts.flatMap((part) => sectionLines(part, way.format, notes)).slice(0, -1),
  ]
  const sql = lines.join('\n')
  // Of the values that are filled in: what else reads like a password is a part of the schema.
  if (settings.variables.redact(sql) !== noVariables.redact(sql)) {
    throw new NselfError('refused', `the DOWN of ${file.name} would hold a secret value; nothing was written`, {
      hint: `write it by hand in ${file.path}, with the variable in its place`,
    })
  }
  const text = withDown(was, lines)
  const fresh = parseMigration(file.path, file, text.replace(/^\ufeff/, ''))
  if (fresh.down === null || fresh.checksum !== file.checksum) {
    throw new NselfError('refused', `${file.path} cannot take a DOWN without changing its UP; nothing was written`, {
      hint: 'write it by hand',
    })
  }
  return { text, lines, fresh }
}

const notesIn = (lines: readonly string[]) =>
  lines.flatMap((line) => (line.startsWith('-- ! ') ? [line.slice('-- ! '.length)] : []))

/** @throws NselfError `not-proven` where DOWN does not bring back what was, or UP then makes something else. */
async function proofOf({ work, file }: Task, ready: readonly Migration[], { fresh }: Written): Promise<Proof> {
  const [last] = await work.ready([fresh])
  const files = [...ready.slice(0, -1), certain(last)]
  const { proofs } = await proveHistory(
    work.scratch,
    files,
    (one) => one === last,
    null,
    work.keepTemplate,
    work.replay,
  )
  const [proof] = proofs
  if (proof?.isProven) return proof
  const failed = [proof?.downFails, proof?.upAgainFails].flatMap((failure) => failure?.error.message ?? [])
  const differ = [...(proof?.downDiffers ?? []), ...(proof?.upAgainDiffers ?? [])]
  throw notProven(file, [...failed, ...differ.map(changeInWords)])
}

const shownLines = 20

function notProven({ name, path }: Migration, why: readonly string[]): NselfError {
  const more = why.length > shownLines ? [`  and ${why.length - shownLines} more`] : []
  const lines = [...why.slice(0, shownLines).map((line) => `  ${line}`), ...more]
  const message = `not proven: the DOWN generated from the two schemas does not revert ${name}`
  return new NselfError('not-proven', [message, ...lines].join('\n'), {
    hint: `nothing was written; write its DOWN by hand in ${path}`,
  })
}

function onlyRows({ name, path }: Migration): NselfError {
  return new NselfError(
    'refused',
    `${name} does not change the schema; if it changes rows, comparing schemas cannot show it`,
    {
      hint: `write its DOWN by hand in ${path}; if there is nothing to revert, write -- nself: nothing-to-do below a line -- DOWN`,
    },
  )
}
