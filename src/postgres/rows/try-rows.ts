import type { Migration } from '../../core/migration/migration.ts'
import { fewTables } from '../../core/rows/few-tables.ts'
import type { LostRows } from '../../core/rows/lost-rows.ts'
import { failingAlone, smallestFailing } from '../../core/rows/smallest-failing.ts'
import type { FillableTable } from '../../core/rows/table-facts.ts'
import type { FilledRow, FilledTable } from './fill-table.ts'
import { type Filling, rowsWithout } from './fill-tables.ts'
import type { RowFailure, RunOnRows } from './run-on-rows.ts'

/** A section that does not run on some rows. */
export interface BreakingRows extends RowFailure {
  /** Rows that together make it fail; none where it fails whatever is in the tables. */
  readonly rows: readonly FilledRow[]
  /** How many others make it fail in the same way. */
  readonly others: number
  /** Only rows that no application would write make it fail. */
  readonly onlyExtremes: boolean
}

/** What was found of a migration on rows. */
export interface RowsProof {
  readonly file: Migration
  /** How many rows of touched tables it ran on. */
  readonly filled: number
  readonly breaking: readonly BreakingRows[]
  /** What fails without a row too, so that nothing could be seen from there on. */
  readonly blocked: RowFailure | null
  readonly lost: readonly LostRows[]
  /** Touched tables without a row. */
  readonly notFilled: readonly FilledTable[]
}

/** Runs a migration on some of the rows, and leaves nothing of it. */
export interface Trial {
  /** @param compared tables whose rows before and after are compared. */
  readonly run: (rows: readonly FilledRow[], compared: readonly FilledTable[]) => Promise<RunOnRows>
  /** It can be run many times. */
  readonly isCheap: boolean
}

const mostFound = 6

/**
 * Which rows break a migration: first of those that applications write, then of all; and what becomes of the rest.
 * @param first what became of it on all rows.
 */
export async function tryRows(file: Migration, filling: Filling, first: RunOnRows, trial: Trial): Promise<RowsProof> {
  const breaking: BreakingRows[] = []
  let rows = filling.rows
  let last = first
  // What fails on no row fails because of something else: the proof tells that.
  const onNone = first.failed === null ? null : (await trial.run([], [])).failed
  const isOwn = ({ failed }: RunOnRows) => failed !== null && !isSame(failed, onNone)
  for (const onlyExtremes of [false, true]) {
    while (isOwn(last) && breaking.length < mostFound) {
      const part = onlyExtremes ? rows : rows.filter(({ isExtreme }) => !isExtreme)
      const run = onlyExtremes ? last : await trial.run(part, [])
      if (!isOwn(run) || run.failed === null) break
      const { found, left } = await breakingRows(run.failed, part, { filling, rows }, trial)
      breaking.push({ ...found, onlyExtremes })
      rows = left
      last = await trial.run(rows, filling.tables)
    }
  }
  const touched = filling.tables.filter(({ table }) => table.isTouched)
  return {
    file,
    filled: filling.rows.length,
    breaking: merged(breaking),
    blocked: isOwn(last) ? null : last.failed,
    lost: last.failed === null ? last.lost : [],
    notFilled: touched.filter(({ problem }) => problem !== null),
  }
}

interface Found {
  readonly found: Omit<BreakingRows, 'onlyExtremes'>
  readonly left: FilledRow[]
}

interface Left {
  readonly filling: Filling
  readonly rows: readonly FilledRow[]
}

/** @param part rows that are known to fail together, of those that are left. */
async function breakingRows(
  failed: RowFailure,
  part: readonly FilledRow[],
  { filling, rows: all }: Left,
  { run, isCheap }: Trial,
): Promise<Found> {
  const fails = async (rows: readonly FilledRow[]) => isSame((await run(rows, [])).failed, failed)
  const { needed, context } = await smallestOfTables(part, fails)
  const [only] = needed
  const mine = all.filter((row) => row.table === only?.table && !needed.includes(row))
  const likeIt =
    needed.length > 1
      ? mine.filter(({ kind }) => kind === 'duplicate' && needed.some((row) => row.kind === 'duplicate'))
      : isCheap
        ? await failingAlone(mine, (rows) => fails([...context, ...withReferenced(rows, mine)]))
        : []
  const taken = new Set([...needed, ...likeIt])
  // Of several that fail only together, such as two that are alike, one may stay.
  if (needed.length > 1 && only !== undefined) taken.delete(only)
  const found = { ...failed, rows: needed, others: needed.length > 1 ? 0 : likeIt.length }
  return { found, left: rowsWithout(filling, all, taken) }
}

/** The smallest part of each table that still fails, and the rows of all other tables, which stay whole. */
async function smallestOfTables(
  part: readonly FilledRow[],
  fails: (rows: readonly FilledRow[]) => Promise<boolean>,
): Promise<{ needed: FilledRow[]; context: FilledRow[] }> {
  const all = [...new Set(part.map((row) => row.table))]
  const rowsOf = (tables: readonly FillableTable[]) => part.filter((row) => tables.includes(row.table))
  const few = await fewTables(all, (some) => fails(rowsOf(some)))
  const found = await smallestOfEach(rowsOf(few), few, fails)
  const contextOf = (rows: readonly FilledRow[]) =>
    rowsOf(all.filter((table) => rows.every((row) => row.table !== table)))
  // Rows may break only because those are away that they go with, though no foreign key says so.
  const isEnough = few.length === all.length || (await fails([...contextOf(found), ...withReferenced(found, part)]))
  const needed = isEnough ? found : await smallestOfEach(part, all, fails)
  return { needed, context: contextOf(needed) }
}

/**
 * Table by table. A table without which it fails too stays whole: to take away rows that others refer to would make rows
 * break that do not.
 */
async function smallestOfEach(
  rows: readonly FilledRow[],
  tables: readonly FillableTable[],
  fails: (rows: readonly FilledRow[]) => Promise<boolean>,
): Promise<FilledRow[]> {
  const needed: FilledRow[] = []
  let now = rows
  for (const table of tables) {
    const rest = now.filter((row) => row.table !== table)
    const mine = now.filter((row) => row.table === table)
    if (rest.length > 0 && (await fails(rest))) continue
    const found = await smallestFailing(mine, (some) => fails([...rest, ...withReferenced(some, mine)]))
    needed.push(...found)
    now = [...rest, ...withReferenced(found, mine)]
  }
  return needed
}

/** With the rows of the same table that they refer to. */
function withReferenced(rows: readonly FilledRow[], all: readonly FilledRow[]): FilledRow[] {
  const found = new Set(rows)
  for (const row of rows) {
    const keys = row.table.foreignKeys.filter(({ target }) => target === row.table.oid)
    for (const { columns, targetColumns } of keys) {
      const referenced = all.find(
        (one) =>
          one.table === row.table &&
          columns.every((name, i) => row.values[name] === one.values[targetColumns[i] ?? '']),
      )
      if (referenced !== undefined) found.add(referenced)
    }
  }
  return [...found]
}

/** The same statement fails in the same way. */
function isSame(a: RowFailure | null, b: RowFailure | null): boolean {
  if (a === null || b === null) return a === b
  const place = ({ failure: { location } }: RowFailure) => `${location?.line}:${location?.column}`
  return a.section === b.section && a.failure.error.code === b.failure.error.code && place(a) === place(b)
}

/** One finding for all rows on which the same statement fails in the same way. */
function merged(breaking: readonly BreakingRows[]): BreakingRows[] {
  const found: BreakingRows[] = []
  for (const one of breaking) {
    const known = found.findIndex((other) => isSame(one, other))
    const other = found[known]
    if (other === undefined) found.push(one)
    else found[known] = { ...other, others: other.others + one.others + 1 }
  }
  return found
}
