import type { RehearseResult } from '../../../commands/shared/rehearse-results.ts'
import type { TableLockTime } from '../../../core/rehearse/lock-times.ts'
import type { RehearsedStatement, StatementPlace } from '../../../core/rehearse/rehearsed.ts'

/** The document of `db rehearse`. */
export function rehearseDocument(result: RehearseResult) {
  const { kind, source, copy, schemaOnly, migrations, failure, notRun, maxLockMs, leftOut, durationMs } = result
  return {
    kind,
    source,
    copy,
    schemaOnly,
    migrations,
    transactions: result.transactions.map(({ isOutside, statements, commitMs }) => ({
      inTransaction: !isOutside,
      statements: statements.map(statementDocument),
      commitMs: rounded(commitMs),
    })),
    failure: failure && {
      migration: failure.migration,
      message: failure.message,
      detail: failure.detail,
      place: failure.location && {
        path: failure.location.path,
        line: failure.location.line,
        column: failure.location.column,
      },
    },
    notRun,
    tables: result.tables.map(timeDocument),
    maxLockMs,
    overLimit: result.overLimit.map((time) => ({ ...timeDocument(time), instead: time.instead })),
    disagreements: result.disagreements.map(({ place, rule, message }) => ({
      place: placeDocument(place),
      rule,
      message,
    })),
    sizes: result.sizes.map(({ table, rows, bytes }) => ({ table, rows, bytes })),
    leftOut,
    durationMs,
  }
}

function statementDocument(statement: RehearsedStatement) {
  const { place, text, count, ms, rows, walBytes, locks, rewritten, scanned } = statement
  return {
    place: placeDocument(place),
    text,
    count,
    ms: rounded(ms),
    rows,
    walBytes,
    locks: locks.map(({ table, mode }) => ({ table, mode })),
    rewritten,
    scanned: scanned?.map(({ table, rows: read }) => ({ table, rows: read })) ?? null,
  }
}

function timeDocument({ table, readsMs, writesMs, by, longest }: TableLockTime) {
  return {
    table,
    readsMs: rounded(readsMs),
    writesMs: rounded(writesMs),
    by: placeDocument(by.place),
    longest: placeDocument(longest.place),
  }
}

const placeDocument = ({ migration, path, line, column }: StatementPlace) => ({ migration, path, line, column })

/** As precise as it can be measured. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10
