import { certain } from '../../core/certain.ts'
import { changeInWords, rowsInWords } from '../../core/check/difference-words.ts'
import { NselfError } from '../../core/errors.ts'
import { withDown } from '../../core/migration/add-down.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import type { HeldSection } from '../../core/migration/section.ts'
import { noVariables } from '../../core/migration/variables.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { lossesOfDown } from '../../core/schema/losses-of-down.ts'
import { sectionLines } from '../../core/schema/migration-text.ts'
import { obstaclesOf } from '../../core/schema/statement-effects.ts'
import { inspect } from '../../parsers/postgres/dangers.ts'
import { renamesBack } from '../../parsers/postgres/renames-back.ts'
import { planWayBack, type WayBack } from '../../postgres/diff/plan-way-back.ts'
import { type Proof, proveHistory } from '../../postgres/proof/prove-history.ts'
import { replay } from '../../postgres/scratch/replay.ts'
import type { Context } from './context.ts'
import type { ScratchWork } from './scratch-server.ts'

const head = '-- Generated from the two schemas and proven; review it before you rely on it.'

/** A migration whose UP can be read at once. */
export type Upward = Migration & { readonly up: HeldSection }

/** A migration that lacks its DOWN, and where it stands. */
export interface MissingDown {
  readonly work: ScratchWork
  readonly file: Upward
  /** All up to the file, ready to be replayed. */
  readonly ready: readonly Migration[]
  /** What stands in the file. */
  readonly was: string
}

/** A file with the DOWN that it lacked. */
export interface ProvenDown {
  readonly text: string
  /** What the DOWN does not bring back, as it stands in the file. */
  readonly lost: readonly string[]
}

/**
 * The text of a migration with a DOWN that turns the schema after it back into the one before it, proven on scratch.
 * @throws NselfError `refused` where none is to be written, `not-proven`; `migration-failed` where UP does not run.
 */
export async function provenDown(context: Context, task: MissingDown): Promise<ProvenDown> {
  const { work, file, ready } = task
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
  const { rowsDiffer } = await proofOf(task, first)
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
function fileWith({ settings }: Context, { file, was }: MissingDown, way: WayBack, lost: readonly string[]): Written {
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
async function proofOf({ work, file, ready }: MissingDown, { fresh }: Written): Promise<Proof> {
  const [last] = await work.ready([fresh])
  const files = [...ready.slice(0, -1), certain(last)]
  const { proofs } = await proveHistory(work.scratch, files, (one) => one === last, [], work.keepTemplate, work.replay)
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
