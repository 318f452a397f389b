import {
  listAt,
  nodeAt,
  nodesIn,
  type RelationName,
  relationOf,
  statementsOf,
  type Tree,
  type TreeNode,
  visit,
} from '../sql/tree.ts'
import { type Batch, type KeyBatch, keyText } from './batch.ts'

/** What keeps a statement from running in batches, as its tree tells. */
export interface BatchFault {
  readonly message: string
  readonly hint: string
  /** Where, in bytes from the beginning of the statement. */
  readonly at: number
}

/**
 * The first fault of a statement under a batch header.
 * @param tree of the statement, in which $1 and $2 stand for `:from` and `:to`.
 */
export function batchFault(tree: Tree, batch: Batch): BatchFault | null {
  const [type = ''] = statementsOf(tree)[0] ?? []
  if (batch.kind === 'until-none') {
    if (type !== 'SelectStmt') return null
    return {
      message: 'a SELECT tells no number of changed rows, so nobody knows when none is left',
      hint: 'let an UPDATE, DELETE or INSERT stand outside of WITH',
      at: 0,
    }
  }
  let fault: BatchFault | null = null
  visit(tree, (kind, node) => {
    fault ??= looks[kind]?.(node, batch) ?? null
    return fault === null
  })
  return fault
}

const looks: Record<string, (node: TreeNode, batch: KeyBatch) => BatchFault | null> = {
  A_Expr: (node) => wrongWayRound(node) ?? leavesOut(node),
  UpdateStmt: (node, batch) => changesKey(node.relation, node.targetList, batch),
  InsertStmt: (node, batch) =>
    changesKey(node.relation, nodeAt(node.onConflictClause).targetList, batch) ??
    (node.onConflictClause === undefined ? addsRows(node.relation, batch) : null),
  MergeStmt: ({ relation, mergeWhenClauses }, batch) => {
    const clauses = nodesIn(mergeWhenClauses, 'MergeWhenClause')
    const updates = clauses.filter(({ commandType }) => commandType === 'CMD_UPDATE')
    const found = updates.map(({ targetList }) => changesKey(relation, targetList, batch)).find((one) => one !== null)
    return found ?? (clauses.some(({ commandType }) => commandType === 'CMD_INSERT') ? addsRows(relation, batch) : null)
  },
}

/** `id > :from` would pass over the first row of each batch. */
function leavesOut({ kind, name, lexpr, rexpr, location }: TreeNode): BatchFault | null {
  const [operator] = nodesIn(name, 'String').map(({ sval }) => String(sval))
  if (kind !== 'AEXPR_OP' || (operator !== '<' && operator !== '>')) return null
  const [left, right] = [parameterOf(lexpr), parameterOf(rexpr)]
  const isStrict = operator === '>' ? right === 1 || left === 2 : right === 2 || left === 1
  if (!isStrict) return null
  const isFirst = left === 1 || right === 1
  return {
    message: `${isFirst ? ':from' : ':to'} is compared by ${operator}, which leaves out the ${isFirst ? 'first' : 'last'} row of each batch`,
    hint: 'both are keys of rows of the batch: write BETWEEN :from AND :to, or >= :from and <= :to',
    at: placeOf(location),
  }
}

/** `BETWEEN :to AND :from` holds for no row, or for one where a batch has only that. */
function wrongWayRound({ kind, name, lexpr, rexpr, location }: TreeNode): BatchFault | null {
  const [operator] = nodesIn(name, 'String').map(({ sval }) => String(sval))
  const [left, right] = [parameterOf(lexpr), parameterOf(rexpr)]
  const [low, high] = listAt(nodeAt(nodeAt(rexpr).List).items)
  const isBetween = kind === 'AEXPR_BETWEEN' && parameterOf(low) === 2 && parameterOf(high) === 1
  const isAbove = operator === '>=' && (right === 2 || left === 1)
  const isBelow = operator === '<=' && (right === 1 || left === 2)
  if (!isBetween && !(kind === 'AEXPR_OP' && (isAbove || isBelow))) return null
  return {
    message: ':from and :to stand the wrong way round, so that batches find no rows',
    hint: ':from is the lower key: write BETWEEN :from AND :to, or >= :from and <= :to',
    at: placeOf(location),
  }
}

/** The number of the parameter that an expression is; 0 for any other. */
function parameterOf(expression: unknown): number {
  const { ParamRef, TypeCast } = nodeAt(expression)
  if (TypeCast !== undefined) return parameterOf(nodeAt(TypeCast).arg)
  const { number } = nodeAt(ParamRef)
  return number === 1 || number === 2 ? number : 0
}

function changesKey(relation: unknown, targets: unknown, { table, key }: KeyBatch): BatchFault | null {
  if (!isSame(relationOf(nodeAt(relation)), table)) return null
  const target = nodesIn(targets, 'ResTarget').find(({ name }) => key.includes(String(name)))
  if (target === undefined) return null
  return {
    message: `the statement changes ${String(target.name)}, the key that its batches follow`,
    hint: 'rows would come up twice or never: run the batches by another key, or change it in another way',
    at: placeOf(target.location),
  }
}

function addsRows(relation: unknown, { table, key }: KeyBatch): BatchFault | null {
  const target = nodeAt(relation)
  if (!isSame(relationOf(target), table)) return null
  return {
    message: `the statement adds rows to ${table.name}, the table that its batches go through`,
    hint: `rows with a higher ${keyText(key)} would come up again, without an end: insert into another table`,
    at: placeOf(target.location),
  }
}

function isSame(one: RelationName, other: RelationName): boolean {
  return one.name === other.name && (one.schema ?? other.schema) === (other.schema ?? one.schema)
}

const placeOf = (location: unknown): number => (typeof location === 'number' && location > 0 ? location : 0)
