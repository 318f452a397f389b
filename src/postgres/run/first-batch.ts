import { fillBatch } from '../../core/migration/batch-section.ts'
import { batchesBefore } from '../../core/migration/batches-before.ts'
import type { Section } from '../../core/migration/section.ts'
import { sourceOf } from '../../core/migration/section-text.ts'
import { resumes, type Step } from '../../core/plan/plan.ts'
import type { Client } from '../driver/pg.ts'
import { startOf } from './batch-start.ts'
import { keySql, nextKeys, readWalkedTable } from './walked-table.ts'

/** What is known of batches before they run. */
export interface BatchPreview {
  /** About how many there will be; null where nobody knows. */
  readonly count: number | null
  /** The text of the section with the keys of the first batch, or of the next one; as it is written where there is none. */
  readonly sql: string
}

/** Looks what the next batch of a step will be, as the database is. Null where its table is not there yet, or does not fit. */
export async function previewBatch(client: Client, step: Step, section: Section): Promise<BatchPreview | null> {
  const { batch } = section
  const statement = section.statements.at(0)
  if (batch === null || section.kind === 'streamed' || statement === undefined) return null
  const table = await readWalkedTable(client, batch)
  if (table instanceof Error) return null
  const sql = sourceOf(section)
  if (batch.kind === 'until-none') return { count: null, sql }
  const before = resumes(step) ? batchesBefore(section, step.applied?.batches ?? null) : null
  const { to, rows, upTo, of } = before === null || before === 'edited' ? startOf(table, { step, section }) : before
  const range = await nextKeys(client, table, to, batch.size, upTo)
  if (range instanceof Error) return null
  if (range === null) return { count: 0, sql }
  const ends = { from: keySql(table.key, range.from), to: keySql(table.key, range.to) }
  const filled = fillBatch(sql.slice(statement.start, statement.end), ends)
  // A DOWN that goes no farther than its UP came counts what that did; a table that grows meanwhile is counted anew.
  const all = upTo === undefined ? table.rows : of
  const left = Math.max(all - rows, range.rows)
  const text = sql.slice(0, statement.start) + filled.sql + sql.slice(statement.end)
  return { count: Math.ceil(left / batch.size), sql: text }
}
