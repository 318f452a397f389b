import type { BriefedItem } from '../../core/briefing.ts'
import { type Effect, effectLine } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { counted } from '../../core/quantities.ts'
import type { Finding } from '../../parsers/postgres/script-look.ts'
import type { Affected } from '../../postgres/catalog/affected.ts'
import type { RowCount } from '../../postgres/catalog/lost-rows.ts'

/** A relation that is concerned, and how many of its rows. */
export interface ReachedRows extends Omit<Affected, 'root'> {
  readonly column?: string | null
  /** Null where nobody counted. */
  readonly count: RowCount | null
}

/** A finding with what it reaches as the database is now. */
export interface Measured extends Finding {
  readonly reached: readonly ReachedRows[]
  /** Of the relation that it names. */
  readonly count: RowCount | null
}

export interface StepItem extends BriefedItem {
  /** The migration or seed. */
  readonly step: string
}

const labels: Record<Environment, string> = { local: 'Note', staging: 'Warning', production: 'Destructive' }

/** A finding as a sentence: `Destructive: 002_x drops the column users.name (3 rows have a value) (002_x.sql:4)` */
export function findingLine(environment: Environment, finding: Measured): string {
  const { what, location, migration, destructive } = finding
  const of = inParentheses(countText(finding.count, unitOf(finding)))
  const label = destructive ? labels[environment] : 'Change'
  return `${label}: ${migration} ${what}${of}${alsoText(finding)} (${location.path}:${location.line})`
}

/** The same in the block above a question, where the name of the migration stands beside it. */
export function itemOf(finding: Measured): BriefedItem {
  const what = finding.what.replace(/^(drops|empties) the (?:column|table) /, '$1 ')
  const rows = countText(finding.count, unitOf(finding))
  return { line: finding.location.line, what, rows: rows === '' ? null : rows, also: alsoText(finding) }
}

/** An effect for which an earlier attempt was rolled back. */
export function seenLine(environment: Environment, name: string, effect: Effect): string {
  return `${labels[environment]}: ${name} ${effectLine(effect)}, as it did before it was rolled back`
}

type Unit = 'row' | 'some' | 'value'

function unitOf({ kind, some }: Measured): Unit {
  return kind === 'drop-column' ? 'value' : some === true ? 'some' : 'row'
}

/** What goes along with what is named. */
function alsoText({ reached, takes }: Measured): string {
  const more = new Map<string, string>()
  for (const { isNamed, schema, name, kind, column, count } of reached) {
    if (isNamed) continue
    const object = `${schema === 'public' ? name : `${schema}.${name}`}${column == null ? '' : `.${column}`}`
    const unit: Unit = column != null ? 'value' : kind === 'delete' || kind === 'update' ? 'some' : 'row'
    more.set(object, `${object}${inParentheses(countText(count, unit))}`)
  }
  if (more.size === 0) return ''
  return `${takes === undefined ? ', and by foreign keys rows of ' : ': '}${[...more.values()].join(', ')}`
}

/** `3 rows`, `it has 3 rows`, `about 88,000 rows have a value`; empty where nobody knows. */
function countText(count: RowCount | null, of: Unit): string {
  if (count === null) return ''
  const verb = of !== 'value' ? '' : count.rows === 1 ? ' has a value' : ' have a value'
  return `${of === 'some' ? 'it has ' : ''}${rowCountText(count)}${verb}`
}

/** `no rows`, `1 row`, `about 88,000 rows`. */
export function rowCountText({ rows, exact }: RowCount): string {
  const number = rows === 0 ? 'no rows' : counted(rows, 'row')
  return `${exact ? '' : 'about '}${number}`
}

function inParentheses(text: string): string {
  return text === '' ? '' : ` (${text})`
}
