import type { AskedTable, ColumnValue, Layer } from '../../core/probe/question.ts'
import type { RunTable } from '../../core/probe/run-tables.ts'
import { listAt, nodeAt, nodesIn, relationOf, relationsIn, type TreeNode, visit, wordsOf } from '../../core/sql/tree.ts'
import type { LookedAt } from './looked-at.ts'

/**
 * What a statement does to rows. A plain UPDATE or DELETE is followed, so that what comes after it is asked of the rows as
 * they will be; of any other it is kept what it may change.
 */
export function followRows(type: string, node: TreeNode, look: LookedAt): void {
  if (type === 'UpdateStmt') return follows(node, look, 'UPDATE', updates)
  if (type === 'DeleteStmt') return follows(node, look, 'DELETE', deletes)
  if (type === 'TruncateStmt') return truncates(node, look)
  changesAnything(type, node, look)
}

/** Whether it works on the rows of its table alone, each by what stands in it. */
function isPlain({ fromClause, usingClause, withClause, whereClause, targetList }: TreeNode): boolean {
  if (fromClause !== undefined || usingClause !== undefined || withClause !== undefined) return false
  let plain = true
  visit([whereClause, targetList], (type) => {
    if (type === 'SubLink' || type === 'CurrentOfExpr' || type === 'MultiAssignRef' || type === 'SetToDefault')
      plain = false
    return plain
  })
  return plain && nodesIn(targetList, 'ResTarget').every(({ indirection }) => indirection === undefined)
}

type Follow = (node: TreeNode, look: LookedAt, alias: string) => boolean

function follows(node: TreeNode, look: LookedAt, verb: 'UPDATE' | 'DELETE', follow: Follow): void {
  const relation = nodeAt(node.relation)
  const table = look.tables.find(relationOf(relation))
  look.touch(table, 'RowExclusiveLock', 'scans')
  const alias = String(nodeAt(relation.alias).aliasname ?? table.name.name)
  if (isPlain(node) && follow(node, look, alias)) return
  if (verb === 'UPDATE') asksUnvalidated(table, table.asked(), false, look)
  const columns = nodesIn(node.targetList, 'ResTarget').map(({ name }) => String(name))
  if (verb === 'DELETE') table.mayBeChanged(null, look.words)
  else for (const column of columns) table.mayBeChanged(column, look.words)
  changesAnything('', nodeAt(node.withClause), look)
}

/** What an UPDATE puts in place of the values. */
const updates: Follow = ({ relation, targetList, whereClause }, look, alias) => {
  const { source, tables } = look
  const values: ColumnValue[] = []
  for (const { name, location } of nodesIn(targetList, 'ResTarget')) {
    const value = source.after(Number(location ?? 0), '=', [',', 'WHERE', 'RETURNING'])
    if (value === null) return false
    values.push({ column: String(name), value })
  }
  const where = whereClause === undefined ? null : source.after(0, 'WHERE', ['RETURNING'])
  if (whereClause !== undefined && where === null) return false
  const table = tables.find(relationOf(nodeAt(relation)))
  asksUnvalidated(table, writtenBy(table, { values, where, alias }), true, look)
  table.add({ kind: 'set', values, where, alias })
  return true
}

/** The rows that an UPDATE writes, as it leaves them. */
function writtenBy(
  table: RunTable,
  { values, where, alias }: { values: readonly ColumnValue[]; where: string | null; alias: string },
): AskedTable | null {
  const asked = table.asked()
  if (asked === null) return null
  const others: Layer[] = where === null ? [] : [{ kind: 'delete', where: `(${where}\n) IS NOT TRUE`, alias }]
  return { ...asked, layers: [...asked.layers, ...others, { kind: 'set', values, where: null, alias }] }
}

function asksUnvalidated(
  of: RunTable,
  rows: AskedTable | null,
  isFollowed: boolean,
  { tables, askOf }: LookedAt,
): void {
  const asked = { made: tables.uncheckedChecks(of), dropped: [...tables.dropped], isFollowed }
  if (rows !== null) askOf(of, rows, { kind: 'unvalidated', ...asked })
}

const deletes: Follow = ({ relation, whereClause }, { source, tables }, alias) => {
  const where = whereClause === undefined ? null : source.after(0, 'WHERE', ['RETURNING'])
  if (whereClause !== undefined && where === null) return false
  tables.find(relationOf(nodeAt(relation))).add({ kind: 'delete', where, alias })
  return true
}

function truncates({ relations }: TreeNode, { tables, touch }: LookedAt): void {
  for (const relation of relationsIn(relations)) {
    const table = tables.find(relation)
    touch(table, 'AccessExclusiveLock')
    table.add({ kind: 'delete', where: null, alias: table.name.name })
  }
}

const callers = new Set(['DoStmt', 'CallStmt', 'ExecuteStmt'])

/** INSERT, COPY, MERGE, what stands in WITH, and what may be called. */
function changesAnything(type: string, node: TreeNode, look: LookedAt): void {
  const { tables } = look
  if (callers.has(type)) tables.changedBy = look.words
  const fill = (relation: unknown) => {
    const name = nodeAt(relation)
    if (name.relname === undefined) return
    const table = tables.find(relationOf(name))
    look.touch(table, 'RowExclusiveLock')
    table.filledBy ??= look.words
  }
  if (type === 'InsertStmt' || (type === 'CopyStmt' && node.is_from === true)) fill(node.relation)
  if (type === 'InsertStmt' && nodeAt(node.onConflictClause).action === 'ONCONFLICT_UPDATE')
    tables.find(relationOf(nodeAt(node.relation))).mayBeChanged(null, look.words)
  if (type === 'MergeStmt') {
    fill(node.relation)
    tables.find(relationOf(nodeAt(node.relation))).mayBeChanged(null, look.words)
  }
  if (type === 'SelectStmt' && callsAny(node)) tables.changedBy = look.words
  visit(node, (inner, { relation }) => {
    if (['UpdateStmt', 'DeleteStmt', 'MergeStmt'].includes(inner))
      tables.find(relationOf(nodeAt(relation))).mayBeChanged(null, look.words)
    if (inner === 'InsertStmt') fill(relation)
    return inner !== 'CreateFunctionStmt'
  })
}

const harmlessCalls = new Set('setval nextval set_config pg_sleep now count current_setting'.split(' '))

function callsAny(node: TreeNode): boolean {
  let calls = false
  visit(listAt(node.targetList), (type, { funcname }) => {
    if (type === 'FuncCall' && !harmlessCalls.has(wordsOf(funcname).at(-1) ?? '')) calls = true
    return !calls
  })
  return calls
}
