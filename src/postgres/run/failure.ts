import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import type { Location } from '../../core/location.ts'
import type { Section } from '../../core/migration/section.ts'
import { locateIn } from '../../core/migration/section-text.ts'
import { storedPath } from '../../core/migration/stored-down.ts'
import type { FailureReport } from '../../core/report.ts'
import { missingRight } from '../driver/missing-right.ts'
import type { Client } from '../driver/pg.ts'
import type { Outcome, ServerError } from '../driver/send.ts'
import { detailOf, hintFor, isOfTracking, tracksNoMore } from '../driver/server-error.ts'
import { isSwallowed } from '../tracking/records.ts'
import { standsUnder } from './dependents.ts'
import { unknownRole } from './header-role.ts'
import type { SqlMessage } from './messages.ts'
import type { Failed, Script } from './transaction.ts'

/**
 * What failed, pointed at in the migration's file as nearly as PostgreSQL tells.
 * @param again the command line that continues once the file is fixed.
 */
export async function migrationFailure(
  client: Client,
  { step, section }: Pick<Script, 'step' | 'section'>,
  { message, outcome }: Failed,
  report: FailureReport,
  again?: string,
): Promise<NselfError> {
  const error = certain(outcome.error)
  if (isSwallowed(error)) return swallowed(step.name, error, report)
  const location = message === null ? undefined : placeOfFailure(step, section, message, outcome)
  const isOurs = location === undefined && isOfTracking(error)
  const next = isOurs
    ? tracksNoMore
    : ((await missingRight(client, error, false, section.role)) ??
      (await standsUnder(client, error, statementOf(section, message, outcome))) ??
      alreadyThere(step, error) ??
      // Before its first statement.
      (message === null && section.role !== null
        ? unknownRole(section.role, error, fixIt(step, report, again))
        : null) ??
      goneAlready(step, error, fixIt(step, report, again)) ??
      unfitForRepeatable(step, error) ??
      hintFor(error, fixIt(step, report, again)))
  const hint = [committedInside(section, message), next].filter((part) => part !== null).join('; ')
  // After its last statement: a deferred constraint, or what else PostgreSQL checks at COMMIT.
  const atCommit = error.code?.startsWith('23') ? ' at COMMIT, when deferred constraints are checked' : ' at COMMIT'
  const where = message !== null && location === undefined ? atCommit : ''
  const code = report.kind === 'seed' ? 'seed-failed' : 'migration-failed'
  return new NselfError(code, `${step.name} failed${where}: ${error.message}`, {
    server: detailOf(error),
    ...(location === undefined ? {} : { location }),
    hint,
    report,
    cause: error,
  })
}

/** What would end the transaction that all repeatables share, or needs none, has another place. */
function unfitForRepeatable({ kind }: Script['step'], { code = '' }: ServerError): string | null {
  return kind === 'repeatable' && /^(?:2D000|25001)$/.test(code)
    ? 'all repeatables run in one transaction: move this statement into a migration, with -- nself: no-transaction'
    : null
}

/** `fix 002_change.sql, then: nself db migrate up` */
function fixIt({ name, file, direction, kind }: Script['step'], report: FailureReport, again?: string): string {
  if (report.kind === 'seed') return `fix ${name}.sql, then: ${again ?? 'nself db seed'}`
  const down = 'nself db migrate down'
  const then = again ?? (direction === 'down' ? down : 'nself db migrate up')
  if (kind === 'repeatable') {
    if (!/\(as it ran/.test(file?.path ?? '')) return `fix ${file?.path}, then: ${then}`
    return `the database no longer holds what its DOWN removes: remove what is left by hand, then: ${then}`
  }
  // It was the stored DOWN that failed, and it stays: only down takes that of the file.
  if (file === null) {
    const rest = then === down ? '' : `; after that, in this checkout again: ${then}`
    return `put ${name}.sql back with a DOWN that works, then: ${down}${rest}`
  }
  return `fix ${direction === 'down' ? 'the DOWN of ' : ''}${name}.sql, then: ${then}`
}

/** What is told of a statement that commits by itself, outside a transaction of ours: nobody knows how far it got. */
function committedInside({ transaction }: Section, message: SqlMessage | null): string | null {
  if (transaction || message === null) return null
  const text = String(message.sql)
  const commits = /^\s*call\b/i.test(text) || (/^\s*do\b/i.test(text) && /\bcommit\b/i.test(text))
  return commits ? 'what it committed before it failed is kept, and the next run begins it again' : null
}

/** What is there already may be of a run that nobody recorded: duplicate_table, duplicate_column, duplicate_object. */
function alreadyThere(step: Script['step'], { code }: ServerError): string | null {
  if (!['42P07', '42701', '42710'].includes(code ?? '') || step.direction !== 'up') return null
  if (step.kind === 'repeatable') {
    return /\(as it ran/.test(step.file?.path ?? '')
      ? null
      : 'what it creates already exists. If its file was renamed, give it its old name back, or write CREATE OR REPLACE; otherwise drop by hand what is in its way, then: nself db migrate up'
  }
  return `what it creates already exists. If it ran here before without being recorded: nself db migrate repair --mark-applied ${step.version}; to find out which migrations the schema has: nself db migrate repair --infer; otherwise fix the file`
}

/** What is gone already may have been removed by hand: undefined_table, _column, _object, _function, _schema. */
function goneAlready(step: Script['step'], { code }: ServerError, otherwise: string): string | null {
  if (
    !['42P01', '42703', '42704', '42883', '3F000'].includes(code ?? '') ||
    step.direction !== 'down' ||
    step.kind === 'repeatable'
  )
    return null
  return `what its DOWN removes does not exist. If somebody removed it by hand: nself db migrate repair --forget ${step.version} records that it is no longer applied, and keeps what else it created; otherwise ${otherwise}`
}

/** The statement that failed, where that is known. */
function statementOf(section: Section, message: SqlMessage | null, { completed }: Outcome): string | null {
  if (message === null || section.kind === 'streamed' || completed >= message.count) return null
  const statement = section.statements.at(message.first + completed)
  return statement === undefined ? null : section.sql.slice(statement.start, statement.end)
}

/** What is told where a trigger, a rule or row security of somebody else's keeps a step out of nself's table. */
export function swallowed(name: string, cause: ServerError, report?: FailureReport): NselfError {
  return new NselfError(
    'refused',
    `the table nself.migrations took no row for ${name}: a trigger, a rule or row security keeps it out`,
    {
      hint: `without its row it would run again and again, so nothing of it is left. To see what keeps the row out, and remove that: nself db migrate repair`,
      report,
      cause,
    },
  )
}

/** Where in its file a message failed; undefined behind its last statement. */
export function placeOfFailure(
  step: Pick<Script['step'], 'name' | 'file'>,
  section: Section,
  message: SqlMessage,
  { error, completed }: Outcome,
): Location | undefined {
  const path = step.file?.path ?? storedPath(step.name)
  const text = String(message.sql)
  const at = (offset: number) => locateIn(section, path, message.start, text, offset)
  const position = Number(error?.position)
  if (position > 0 && position <= text.length + 1) return at(utf16Offset(text, position - 1))
  if (message.kind === 'copy') return placeInData(at(0), message, error?.where ?? '')
  const statement = completed < message.count ? section.statements.at(message.first + completed) : undefined
  if (statement === undefined) return undefined
  const start = offsetIn(section, message, statement.start)
  const sql = text.slice(start, offsetIn(section, message, statement.end))
  const line = /inline_code_block line (\d+)/.exec(error?.where ?? '')?.[1]
  const body = /\$(\w*)\$/.exec(sql)
  if (line === undefined || body === null) return at(start)
  return at(start + lineOffset(sql, body.index + body[0].length, Number(line) - 1))
}

/** A place of the section as an offset in the message's text. Of a file that is not held, places count bytes. */
function offsetIn(section: Section, { sql, start }: SqlMessage, at: number): number {
  if (section.kind === 'held') return at - start
  return Buffer.from(sql.toString()).toString('utf8', 0, at - start).length
}

/** The data begin on the line after COPY; PostgreSQL tells which of their lines is wrong, and what it says. */
function placeInData(copy: Location, { sql }: SqlMessage, where: string): Location {
  const [, line, told] = /^COPY .*?, line (\d+)(?:, column [^:]*)?(?:: "(.*)")?/.exec(where) ?? []
  if (line === undefined) return copy
  return {
    path: copy.path,
    line: copy.line + String(sql).split('\n').length - 1 + Number(line),
    column: 1,
    excerpt: told ?? '',
    caret: 0,
  }
}

/** PostgreSQL counts characters, JavaScript UTF-16 units: they differ after an emoji. */
export function utf16Offset(text: string, characters: number): number {
  let offset = 0
  for (let i = 0; i < characters && offset < text.length; i++)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  return offset
}

function lineOffset(text: string, from: number, lines: number): number {
  let at = from
  for (let i = 0; i < lines; i++) {
    const next = text.indexOf('\n', at)
    if (next === -1) return at
    at = next + 1
  }
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}
