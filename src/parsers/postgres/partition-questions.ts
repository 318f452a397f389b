import type { PartitionBound } from '../../core/probe/partition-sql.ts'
import type { PartitionKey, PartitionOf } from '../../core/probe/question.ts'
import type { RunTable } from '../../core/probe/run-tables.ts'
import { listAt, nodeAt, nodesIn, relationOf, type TreeNode } from '../../core/sql/tree.ts'
import { constraintQuestions } from './constraint-questions.ts'
import type { LookedAt } from './looked-at.ts'
import type { StatementSource } from './statement-source.ts'

/** ATTACH PARTITION: whether all rows of the table belong to it, and none of the default partition do. */
export function attachQuestions({ name, bound }: TreeNode, parent: RunTable, look: LookedAt): void {
  const partition = look.tables.find(relationOf(nodeAt(name)))
  look.touch(parent, 'ShareUpdateExclusiveLock')
  look.touch(partition, 'AccessExclusiveLock', 'scans')
  const taken = boundOf(nodeAt(bound), look.source)
  if (taken === null) look.ask(partition, { kind: 'unknown', why: 'its bounds cannot be analyzed' }, null)
  else look.ask(partition, { kind: 'partition', of: partitionOf(parent), bound: taken }, null)
  for (const { constraint, column } of parent.keys) constraintQuestions(constraint, partition, look, column)
  for (const kind of ['parent-unique', 'parent-keys'] as const)
    look.ask(partition, { kind, of: partitionOf(parent) }, null)
  addsPartition(parent, partition, taken, look)
}

/** CREATE TABLE: what decides the partition of a row in it, and whether rows of a default partition belong to a new one. */
export function createdPartition(node: TreeNode, made: RunTable, look: LookedAt): void {
  if (node.partspec !== undefined) {
    made.partitionedBy = partitionKey(nodeAt(node.partspec))
    made.keys = keysOf(node)
  }
  if (node.partbound === undefined) return
  const [parent] = nodesIn(node.inhRelations, 'RangeVar')
  if (parent === undefined) return
  const table = look.tables.find(relationOf(parent))
  look.touch(table, 'AccessExclusiveLock')
  addsPartition(table, made, boundOf(nodeAt(node.partbound), look.source), look)
}

const keyKinds = new Set(['CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_FOREIGN'])

function keysOf({ tableElts, constraints }: TreeNode): RunTable['keys'] {
  const ofColumns = nodesIn(tableElts, 'ColumnDef').flatMap(({ colname, constraints: own }) =>
    nodesIn(own, 'Constraint').map((constraint) => ({ constraint, column: String(colname) })),
  )
  const ofTable = [...nodesIn(tableElts, 'Constraint'), ...nodesIn(constraints, 'Constraint')]
  const all = [...ofColumns, ...ofTable.map((constraint) => ({ constraint, column: null }))]
  return all.filter(({ constraint }) => keyKinds.has(String(constraint.contype)))
}

/** DETACH PARTITION: the table is one of its own from then on. */
export function detaches({ name, concurrent }: TreeNode, parent: RunTable, { tables, touch }: LookedAt): void {
  const partition = tables.find(relationOf(nodeAt(name)))
  touch(parent, concurrent === true ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock')
  touch(partition, 'AccessExclusiveLock')
  partition.isDetached = true
}

/** Rows that are in the default partition may belong to a new one. */
function addsPartition(parent: RunTable, made: RunTable, bound: PartitionBound | null, look: LookedAt): void {
  const { words, tables } = look
  parent.partitionsFrom ??= words
  made.isDetached = false
  if (bound === null || bound.kind === 'default') return
  look.ask(parent, { kind: 'default-partition', bound, partition: made.name, others: tables.changed() }, null)
}

const partitionOf = (parent: RunTable): PartitionOf => ({
  name: parent.name,
  table: parent.asked(),
  made: parent.partitionedBy,
  addedBy: parent.partitionsFrom,
})

function partitionKey({ strategy, partParams }: TreeNode): PartitionKey {
  const elements = nodesIn(partParams, 'PartitionElem')
  const columns = elements.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  return { isHash: strategy === 'PARTITION_STRATEGY_HASH', columns: columns.length < elements.length ? null : columns }
}

function boundOf(bound: TreeNode, source: StatementSource): PartitionBound | null {
  if (bound.is_default === true) return { kind: 'default' }
  const at = Number(bound.location ?? 0)
  if (bound.strategy === 'h')
    return { kind: 'hash', modulus: Number(bound.modulus ?? 0), remainder: Number(bound.remainder ?? 0) }
  const values = textsIn(at, source)
  if (bound.strategy === 'l') return values.length === listAt(bound.listdatums).length ? { kind: 'list', values } : null
  const upper = textsIn(source.afterParentheses(at), source)
  const isWhole =
    values.length === listAt(bound.lowerdatums).length && upper.length === listAt(bound.upperdatums).length
  return isWhole ? { kind: 'range', lower: values, upper } : null
}

const textsIn = (from: number, source: StatementSource): string[] =>
  source.partsIn(from).flatMap(({ start, end }) => source.upTo(start, [], end) ?? [])
