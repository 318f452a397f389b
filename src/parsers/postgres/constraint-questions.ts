import type { Asked } from '../../core/probe/question.ts'
import type { RunTable } from '../../core/probe/run-tables.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { nodeAt, nodesIn, relationOf, type TreeNode } from '../../core/sql/tree.ts'
import { excludeQuestion } from './index-questions.ts'
import { columnsIn, type LookedAt } from './looked-at.ts'

/**
 * A constraint that is added: whether the rows that are there keep it.
 * @param column that of a column's own constraint; null for one of the table.
 */
export function constraintQuestions(
  constraint: TreeNode,
  table: RunTable,
  look: LookedAt,
  column: string | null = null,
): void {
  const kind = String(constraint.contype)
  if (kind === 'CONSTR_EXCLUSION') {
    look.touch(table, 'AccessExclusiveLock', 'scans')
    return excludeQuestion(constraint, table, look)
  }
  if (kind === 'CONSTR_UNIQUE' || kind === 'CONSTR_PRIMARY') return keyQuestions(constraint, table, look, column)
  const found =
    kind === 'CONSTR_CHECK'
      ? checkOf(constraint, look)
      : kind === 'CONSTR_FOREIGN'
        ? foreignKeyOf(constraint, table, look, column)
        : kind === 'CONSTR_NOTNULL'
          ? notNullOf(constraint, table, column)
          : null
  if (found === null || constraint.is_enforced === false) return
  const { asked, columns } = found
  const isChecked = constraint.skip_validation !== true
  look.touch(
    table,
    kind === 'CONSTR_FOREIGN' ? 'ShareRowExclusiveLock' : 'AccessExclusiveLock',
    isChecked ? 'scans' : 'none',
  )
  if (isChecked) look.ask(table, asked, columns)
  else if (typeof constraint.conname === 'string') look.tables.leaveUnchecked(table, constraint.conname, asked)
}

interface Found {
  readonly asked: Asked
  readonly columns: readonly string[] | null
}

function checkOf({ location, raw_expr }: TreeNode, { source }: LookedAt): Found {
  const expression = source.parenthesized(Number(location ?? 0))
  const asked: Asked =
    expression === null ? { kind: 'unknown', why: 'its expression cannot be analyzed' } : { kind: 'check', expression }
  return { asked, columns: columnsIn([raw_expr]) }
}

function notNullOf({ keys }: TreeNode, table: RunTable, column: string | null): Found {
  const name = column ?? namesIn(keys)[0] ?? ''
  return { asked: { kind: 'not-null', column: name, isNew: table.isNewColumn(name) }, columns: [name] }
}

function foreignKeyOf(constraint: TreeNode, table: RunTable, look: LookedAt, column: string | null): Found {
  const { fk_attrs, pk_attrs, fk_matchtype, pktable, fk_with_period } = constraint
  const targetName = relationOf(nodeAt(pktable))
  const target = look.tables.find(targetName)
  look.touch(target, 'ShareRowExclusiveLock')
  const columns = column === null ? namesIn(fk_attrs) : [column]
  const named = namesIn(pk_attrs)
  const targetColumns = named.length === 0 ? null : named
  if (fk_with_period === true) return { asked: { kind: 'unknown', why: 'a foreign key with PERIOD' }, columns }
  const now = target.asked()
  if (target.filledBy !== null)
    return { asked: { kind: 'unknown', why: `${target.filledBy} puts rows into ${targetName.name}` }, columns }
  const changed = now === null ? null : target.changedBy(targetColumns)
  if (changed !== null) for (const name of columns) table.mayBeChanged(name, changed)
  const full = fk_matchtype === 'f'
  return { asked: { kind: 'foreign-key', columns, target: now, targetColumns, full, targetName }, columns }
}

/** UNIQUE and PRIMARY KEY. */
function keyQuestions(constraint: TreeNode, table: RunTable, { ask, touch }: LookedAt, column: string | null): void {
  const isPrimary = constraint.contype === 'CONSTR_PRIMARY'
  const columns = column === null ? namesIn(constraint.keys) : [column]
  touch(table, 'AccessExclusiveLock', constraint.indexname === undefined || isPrimary ? 'scans' : 'none')
  if (isPrimary && typeof constraint.indexname === 'string') {
    // Its values are unique already, and its columns become NOT NULL.
    ask(table, { kind: 'index-columns', index: constraint.indexname }, null)
    return
  }
  if (columns.length === 0) return
  if (isPrimary)
    for (const name of columns) ask(table, { kind: 'not-null', column: name, isNew: table.isNewColumn(name) }, [name])
  const nullsToo = constraint.nulls_not_distinct === true
  ask(table, { kind: 'duplicates', elements: columns.map(quoteIdentifier), where: null, nullsToo }, columns)
}

const namesIn = (list: unknown): string[] => nodesIn(list, 'String').map(({ sval }) => String(sval))
