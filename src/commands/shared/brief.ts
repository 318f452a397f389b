import type { BriefedStep, Briefing } from '../../core/briefing.ts'
import { sizeText } from '../../core/quantities.ts'
import type { CountedRelation } from '../../postgres/catalog/all-rows.ts'
import { hostAndPort, type Server } from '../../postgres/driver/server.ts'
import type { Context } from './context.ts'
import { rowCountText, type StepItem } from './measured-findings.ts'

/** The block above a question about this server. */
export function briefingOn(
  { settings: { environment } }: Context,
  server: Server,
  what: Pick<Briefing, 'title' | 'steps' | 'notes'>,
): Briefing {
  const { database, user } = server
  return { environment, database, server: hostAndPort(server), role: user, ...what }
}

const listed = 10

/** Sentences that say what is done, as the one step of a block; of many the first few. */
export function listedStep(sentences: readonly string[]): BriefedStep {
  const item = (what: string) => ({ line: null, what, rows: null, also: '' })
  const rest = sentences.length - listed
  const more = rest > 0 ? [item(`and ${rest} more`)] : []
  return { name: '', note: null, items: [...sentences.slice(0, listed).map(item), ...more] }
}

/** Steps with what was found of each. */
export function briefedSteps(
  steps: readonly Pick<BriefedStep, 'name' | 'note'>[],
  items: readonly StepItem[],
): BriefedStep[] {
  return steps.map(({ name, note }) => ({ name, note, items: items.filter(({ step }) => step === name) }))
}

/** ` after a backup (about 48 MB)` */
export function afterBackup(size: number | null): string {
  return ` after a backup${size === null ? '' : ` (about ${sizeText(size)})`}`
}

const shown = 10

/** Tables that all go, as one step: `drops users   1,204 rows`. */
export function goingTables(name: string, verb: string, tables: readonly CountedRelation[]): BriefedStep {
  const items = tables.slice(0, shown).map((table) => ({
    line: null,
    what: `${verb} ${table.name}`,
    rows: table.count === null ? null : rowCountText(table.count),
    also: '',
  }))
  const rest = tables.slice(shown)
  const rows = rest.reduce((sum, { count }) => sum + (count?.rows ?? 0), 0)
  const exact = rest.every(({ count }) => count?.exact === true)
  const more =
    rest.length === 0
      ? []
      : [{ line: null, what: `${verb} ${rest.length} more`, rows: rowCountText({ rows, exact }), also: '' }]
  return { name, note: items.length === 0 ? 'no table is there' : null, items: [...items, ...more] }
}

/** The same as one sentence, for a log. */
export function goingLine({ items }: BriefedStep): string[] {
  if (items.length === 0) return []
  return [`Warning: ${items.map(({ what, rows }) => `${what}${rows === null ? '' : ` (${rows})`}`).join(', ')}`]
}
