import type { RunTable } from '../../core/probe/run-tables.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { nodeAt, nodesIn, type TreeNode, visit, wordsOf } from '../../core/sql/tree.ts'
import { constraintQuestions } from './constraint-questions.ts'
import type { LookedAt } from './looked-at.ts'

const serials: Readonly<Record<string, string>> = {
  serial: 'int4',
  serial2: 'int2',
  serial4: 'int4',
  serial8: 'int8',
  smallserial: 'int2',
  bigserial: 'int8',
}
/** As many numbers as rows, of a sequence that nobody may ask. */
const numbered = 'row_number() OVER ()'

/** ADD COLUMN: what the rows that are there have in it. */
export function addColumn(column: TreeNode, table: RunTable, look: LookedAt): void {
  const { type, value } = filled(column, look)
  table.add({ kind: 'add', column: String(column.colname), type, value, alias: table.name.name })
}

function filled(
  column: TreeNode,
  { source, tables }: LookedAt,
): { readonly type: string; readonly value: string | null } {
  const constraints = nodesIn(column.constraints, 'Constraint')
  const typeName = nodeAt(column.typeName)
  const name = wordsOf(typeName.names).at(-1) ?? ''
  const places = constraints.map(({ location }) => Number(location ?? Infinity))
  const first = Math.min(...places)
  const written =
    source.upTo(Number(typeName.location ?? 0), [',', 'COLLATE'], Number.isFinite(first) ? first : undefined) ?? 'text'
  const made = tables.types.get(name)
  const type = serials[name] ?? (made === undefined ? written : made.kind === 'enum' ? 'text' : made.base)
  if (serials[name] !== undefined) return { type, value: numbered }
  for (const { contype, location } of constraints) {
    const at = Number(location ?? 0)
    const next = Math.min(...places.filter((place) => place > at))
    if (contype === 'CONSTR_IDENTITY') return { type, value: numbered }
    if (contype === 'CONSTR_GENERATED') return { type, value: source.parenthesized(at) }
    if (contype !== 'CONSTR_DEFAULT') continue
    const value = source.after(at, 'DEFAULT', [','], Number.isFinite(next) ? next : undefined)
    return { type, value: value !== null && /\bnextval\s*\(/i.test(value) ? numbered : value }
  }
  return { type, value: null }
}

/** The constraints of a new column, for the rows that are there. */
export function columnQuestions(column: TreeNode, table: RunTable, look: LookedAt): void {
  const constraints = nodesIn(column.constraints, 'Constraint')
  const name = String(column.colname)
  const isSerial = serials[wordsOf(nodeAt(column.typeName).names).at(-1) ?? ''] !== undefined
  const rewrites =
    isSerial ||
    constraints.some(
      ({ contype, raw_expr }) =>
        contype === 'CONSTR_IDENTITY' ||
        contype === 'CONSTR_GENERATED' ||
        (contype === 'CONSTR_DEFAULT' && isVolatile(raw_expr)),
    )
  look.touch(table, 'AccessExclusiveLock', rewrites ? 'rewrites' : 'none')
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED')
  if (generated !== undefined)
    look.ask(table, { kind: 'computed', expression: quoteIdentifier(name), where: null }, null)
  const isEmpty = !rewrites && !constraints.some(({ contype }) => contype === 'CONSTR_DEFAULT')
  for (const constraint of constraints) {
    const isFilled = isSerial || constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')
    if (constraint.contype === 'CONSTR_NOTNULL' && isFilled) continue
    // A column that is NULL everywhere refers to nothing: PostgreSQL does not look.
    const isTrusted = isEmpty && constraint.contype === 'CONSTR_FOREIGN'
    constraintQuestions(isTrusted ? { ...constraint, skip_validation: true } : constraint, table, look, name)
  }
}

/** Computed for each row, as far as the names of PostgreSQL's own functions tell. */
function isVolatile(expression: unknown): boolean {
  let found = false
  visit(expression, (type, { funcname }) => {
    if (
      type === 'FuncCall' &&
      /^(?:random|gen_random_uuid|uuid\w*|clock_timestamp|timeofday|nextval)$/.test(wordsOf(funcname).at(-1) ?? '')
    )
      found = true
    return !found
  })
  return found
}
