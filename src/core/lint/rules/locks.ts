import { listAt, nodeAt, nodesIn, type RelationName, relationOf, relationsIn, type TreeNode } from '../../sql/tree.ts'
import { nameIn } from '../known/learn.ts'
import type { KnownSchema } from '../known/schema.ts'
import type { LintStep } from '../known/step.ts'

/** What of a table nobody else can do while a lock is held. */
type Blocked = 'reads and writes' | 'writes'

export interface TableLock {
  readonly table: RelationName
  readonly blocks: Blocked
}

/** ALTER TABLE with these lets others read, with the others in this list write too. */
const letsRead = /^AT_(?:EnableTrig|EnableAlwaysTrig|EnableReplicaTrig|DisableTrig)/
const letsWrite =
  /^AT_(?:ValidateConstraint|SetStatistics|SetOptions|ResetOptions|SetRelOptions|ResetRelOptions|AttachPartition|ClusterOn|DropCluster)$/

/** The locks that a statement keeps until its transaction ends, as far as they keep others from writing or reading. */
export function locksOf({ type, node }: LintStep, schema: KnownSchema): TableLock[] {
  return (takes[type]?.(node, schema) ?? []).filter(({ table }) => table.name !== '')
}

const all = (table: RelationName): TableLock => ({ table, blocks: 'reads and writes' })
const writes = (table: RelationName): TableLock => ({ table, blocks: 'writes' })
const targetIn = ({ relation }: TreeNode): RelationName => relationOf(nodeAt(relation))

const takes: Readonly<Record<string, (node: TreeNode, schema: KnownSchema) => TableLock[]>> = {
  AlterTableStmt: alterLocks,
  IndexStmt: (node) => (node.concurrent === true ? [] : [writes(targetIn(node))]),
  CreateTrigStmt: (node) => [writes(targetIn(node))],
  CreatePolicyStmt: ({ table }) => [all(relationOf(nodeAt(table)))],
  AlterPolicyStmt: ({ table }) => [all(relationOf(nodeAt(table)))],
  TruncateStmt: ({ relations }) => relationsIn(relations).map(all),
  LockStmt: ({ relations, mode }) =>
    Number(mode) < 5 ? [] : relationsIn(relations).map(Number(mode) > 6 ? all : writes),
  RenameStmt: (node) =>
    /^OBJECT_(?:TABLE|COLUMN|TABCONSTRAINT)$/.test(String(node.renameType)) && node.relation !== undefined
      ? [all(targetIn(node))]
      : [],
  DropStmt: dropLocks,
}

function alterLocks(node: TreeNode): TableLock[] {
  if (node.objtype !== 'OBJECT_TABLE') return []
  const table = targetIn(node)
  const commands = nodesIn(node.cmds, 'AlterTableCmd')
  const kinds = commands.map(({ subtype, def }) => {
    if (letsWrite.test(String(subtype))) return null
    const { contype } = nodeAt(nodeAt(def).Constraint)
    return letsRead.test(String(subtype)) || contype === 'CONSTR_FOREIGN' ? writes(table) : all(table)
  })
  const strongest = kinds.find((lock) => lock?.blocks === 'reads and writes') ?? kinds.find((lock) => lock !== null)
  return strongest === undefined || strongest === null ? [] : [strongest]
}

function dropLocks({ removeType, objects, concurrent }: TreeNode, schema: KnownSchema): TableLock[] {
  if (removeType === 'OBJECT_TABLE') return listAt(objects).map(nameIn).map(all)
  if (removeType === 'OBJECT_INDEX' && concurrent !== true)
    return listAt(objects)
      .flatMap((index) => schema.tableOfIndex(nameIn(index)) ?? [])
      .map(all)
  return []
}
