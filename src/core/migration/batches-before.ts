import { seenText } from '../sql/seen-text.ts'
import type { BatchesDone } from './batch.ts'
import { sha256 } from './checksum.ts'
import type { Section } from './section.ts'
import { sourceOf } from './section-text.ts'

/** By which batches are known again: a row that is done is done by this statement, and what comes next by this key. */
export function batchFingerprint(section: Section): string {
  const { batch } = section
  const key = batch?.kind === 'by-key' ? batch.key : []
  return sha256(JSON.stringify([seenText(writtenBatch(section)), batch?.table.schema, batch?.table.name, key]))
}

/** The statement of a section that runs in batches, before anything was filled in. */
function writtenBatch(section: Section): string {
  if (section.kind === 'streamed') return ''
  const { statements, sql } = section.written ?? { statements: section.statements, sql: sourceOf(section) }
  const statement = statements.at(0)
  return statement === undefined ? '' : sql.slice(statement.start, statement.end)
}

/**
 * How far an earlier attempt at a section has come in batches.
 * @param recorded what its row says.
 * @returns null where it begins with the first; `edited` where it cannot resume, for the section is another one.
 */
export function batchesBefore(section: Section, recorded: BatchesDone | null): BatchesDone | 'edited' | null {
  if (recorded === null) return null
  if (section.batch !== null && recorded.statement === batchFingerprint(section)) return recorded
  if (recorded.batches === 0) return null
  // Of what limits itself, a statement that was wrong may be put right: there is no place to resume from.
  return section.batch?.kind === 'until-none' && recorded.to === null ? null : 'edited'
}
