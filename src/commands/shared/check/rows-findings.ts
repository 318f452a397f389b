import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import type { Severity } from '../../../core/check-rules.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import type { Section } from '../../../core/migration/section.ts'
import { openSection } from '../../../core/migration/section-text.ts'
import { counted, grouped } from '../../../core/quantities.ts'
import type { ChangedColumn, LostRows } from '../../../core/rows/lost-rows.ts'
import { meantName } from '../../../core/sql/quoting.ts'
import type { FilledRow } from '../../../postgres/rows/fill-table.ts'
import type { BreakingRows } from '../../../postgres/rows/try-rows.ts'
import { placeIn, placeOf } from '../found-at.ts'
import type { RowsFound } from './rows-visit.ts'

/** What other findings say already. */
export interface ToldElsewhere {
  /** That rows or values of a table are lost. */
  readonly loss: (file: Migration, table: string) => boolean
  /** That a section does not run, whatever is in the tables. */
  readonly failure: (file: Migration, section: BreakingRows['section']) => boolean
}

/** What became of a migration on awkward rows. */
export function rowFindings({ file, proof, problem }: RowsFound, told: ToldElsewhere): CheckFinding[] {
  if (problem !== null) return [notTried(file, `it could not be tried on rows: ${problem}`)]
  if (proof === null) return []
  return [
    ...proof.breaking.map((one) => breaks(file, one)),
    ...proof.lost.flatMap((one) => losses(file, one, told.loss)),
    ...proof.notFilled.map(({ table, problem: why }) =>
      notTried(file, `${plainName(table)} was not filled, so nothing is known about rows in it: ${why}`),
    ),
    ...(proof.blocked === null || told.failure(file, proof.blocked.section)
      ? []
      : [
          notTried(
            file,
            `${sections[proof.blocked.section].name} does not run without rows either, so it was not tried on rows`,
          ),
        ]),
  ]
}

const sections = {
  up: {
    rule: 'rows/up-fails',
    name: 'UP',
    instead: 'change or remove such rows before that statement, or forbid them in an earlier migration',
  },
  down: { rule: 'rows/down-fails', name: 'DOWN', instead: 'make DOWN run on tables that have rows' },
  'up-again': {
    rule: 'rows/up-again-fails',
    name: 'UP after DOWN',
    instead: 'make DOWN restore the rows',
  },
} as const

function breaks(file: Migration, { section, failure, rows, others, onlyExtremes }: BreakingRows): CheckFinding {
  const { rule, name, instead } = sections[section]
  const { message, detail } = failure.error
  const more = others === 0 ? [] : [`and on ${others} other ${others === 1 ? 'row' : 'rows'}`]
  const which = rows.length === 1 ? 'a row' : `${rows.length} rows`
  const found = finding(rule, {
    migration: file.name,
    place: failure.location === undefined ? placeIn(file, sectionOf(file, section)) : placeOf(failure.location),
    message: `${name} fails on ${which} that the constraints allow: ${message}`,
    instead: addsWithoutDefault(failure, sectionOf(file, section)) ? withDefault : instead,
    evidence: [
      ...rows.map((row) => rowInWords(row, failure.location?.excerpt ?? '')),
      ...(detail === undefined ? [] : [`DETAIL: ${detail}`]),
      ...more,
    ],
  })
  return onlyExtremes ? withSeverity(found, 'warning') : found
}

const withDefault =
  'give the column a default, or add it without NOT NULL, fill it, and then SET NOT NULL: rows that are there have no value for it'

/** Whether it is a column that the same section adds, for which rows have no value. */
function addsWithoutDefault({ error }: BreakingRows['failure'], section: Section): boolean {
  const [, column] = /^column "(.*)" of relation /s.exec(error.message) ?? []
  if (error.code !== '23502' || column === undefined) return false
  const added = /\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)/giu
  const text = openSection(section)
  return [...section.statements].some((statement) =>
    [...text.sql(statement).matchAll(added)].some(([, name = '']) => meantName(name) === column),
  )
}

const sectionOf = ({ up, down }: Migration, section: BreakingRows['section']) =>
  section === 'down' ? (down ?? up) : up
const withSeverity = (found: CheckFinding, severity: Severity): CheckFinding => ({ ...found, severity })
const plainName = ({ schema, name }: FilledRow['table']): string => (schema === 'public' ? name : `${schema}.${name}`)

const columnsShown = 5

/** The key, and the columns that the statement names; all there is room for where it names none. */
function rowInWords({ table, words: values }: FilledRow, statement: string): string {
  const mentioned = new Set(statement.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])
  const names = Object.keys(values)
  const named = names.filter((name) => mentioned.has(name.toLowerCase()) && !table.primaryKey.includes(name))
  const shown = [
    ...table.primaryKey,
    ...(named.length > 0 ? named : names.filter((name) => !table.primaryKey.includes(name))),
  ]
  const list = shown.filter((name) => Object.hasOwn(values, name)).slice(0, columnsShown)
  return `${plainName(table)}: ${list.map((name) => `${name} ${values[name]}`).join(', ')}`
}

function losses(
  file: Migration,
  { table, before, vanished, byUp, changes }: LostRows,
  isTold: (file: Migration, table: string) => boolean,
): CheckFinding[] {
  const name = table.replace(/^public\./, '')
  const say = (
    rule: 'rows/rows-lost' | 'rows/values-lost',
    isOfUp: boolean,
    message: string,
    evidence: readonly string[],
  ) => {
    if (isOfUp && isTold(file, table)) return []
    const instead = isOfUp ? keepThem : 'make DOWN keep them'
    const place = placeIn(file, isOfUp ? file.up : (file.down ?? file.up))
    const found = finding(rule, { migration: file.name, place, message, instead, evidence })
    return [isOfUp ? withSeverity(found, 'note') : found]
  }
  const rows = vanished.length
  const gone = `${countOf(rows, before)} of ${name} ${rows === 1 ? 'vanishes' : 'vanish'} in ${byUp ? 'UP' : 'DOWN'} and ${rows === 1 ? 'does' : 'do'} not come back`
  return [
    ...(rows === 0 ? [] : say('rows/rows-lost', byUp, gone, vanished)),
    ...changes.flatMap((one) => say('rows/values-lost', one.byUp, changeInWords(name, before, one), [one.example])),
  ]
}

const keepThem = 'keep a copy in another table or column, or take a backup first'
const countOf = (some: number, all: number): string => `${grouped(some)} of ${counted(all, 'row')}`

function changeInWords(table: string, before: number, { column, rows, byUp, wasGone }: ChangedColumn): string {
  if (wasGone) return `${table}.${column} comes back with DOWN, its values do not: ${countOf(rows, before)}`
  return `${countOf(rows, before)} of ${table} ${rows === 1 ? 'has' : 'have'} another ${column} after DOWN: ${byUp ? 'UP' : 'DOWN'} changes ${rows === 1 ? 'it' : 'them'}`
}

function notTried(file: Migration, message: string): CheckFinding {
  return finding('rows/not-tried', {
    migration: file.name,
    place: placeIn(file, file.up),
    message,
    instead: '',
    evidence: [],
  })
}
