import { nodeAt, nodesIn, type RelationName, type TreeNode } from '../../sql/tree.ts'
import { constraintOf } from '../known/constraint.ts'
import { offsetOf } from '../known/step.ts'
import type { KnownConstraint, LintTable } from '../known/table.ts'
import { type Hit, hit, isUsed, type LintLook, tableName, targetOf } from './look.ts'
import { isValue } from './volatile.ts'

/** Constraints that are added to a table in use, and partitions that are attached. */
export function constraintHits(look: LintLook): Hit[] {
  const { step } = look
  const table = targetOf(look)
  return nodesIn(step.node.cmds, 'AlterTableCmd').flatMap(({ subtype, def }) => {
    if (subtype === 'AT_AttachPartition') return attached(look, nodeAt(nodeAt(def).PartitionCmd))
    if (!isUsed(look, table)) return []
    if (subtype === 'AT_AddConstraint') return added(look, table, nodeAt(nodeAt(def).Constraint), null)
    return subtype === 'AT_AddColumn' ? withColumn(look, table, nodeAt(nodeAt(def).ColumnDef)) : []
  })
}

function withColumn(look: LintLook, table: RelationName, { colname, constraints }: TreeNode): Hit[] {
  const nodes = nodesIn(constraints, 'Constraint')
  const isFilled = nodes.some(({ contype, raw_expr }) => contype === 'CONSTR_DEFAULT' && isValue(raw_expr))
  return nodes
    .filter(({ contype }) => contype === 'CONSTR_CHECK' || (contype === 'CONSTR_FOREIGN' && isFilled))
    .flatMap((node) => added(look, table, node, String(colname)))
}

function added({ step, schema, isNew }: LintLook, table: RelationName, node: TreeNode, column: string | null): Hit[] {
  const constraint = constraintOf(node, column, { step, origin: step })
  if (constraint === null || !constraint.validated) return []
  const { kind, offset, refersTo } = constraint
  const place = tableName(table)
  if (kind === 'exclude') {
    const message = `the index of this constraint is built while nobody can read or write ${place}`
    const instead = 'there is no way around it: run it when nobody needs the table, or keep the rule in a trigger'
    return [hit('lint/adding-exclusion-constraint', step, message, instead, offset)]
  }
  if (kind !== 'check' && kind !== 'foreign key' && kind !== 'not null') return []
  const known = schema.find(table)
  if (kind === 'not null' && isProven(known?.constraints ?? [], constraint)) return []
  const leaves = known?.isPartitioned === true ? schema.leavesOf(schema.keyOf(table)) : []
  if (kind === 'foreign key' && leaves.length > 0 && leaves.every((leaf) => hasReference(leaf, constraint))) return []
  const parent = kind === 'foreign key' ? schema.find(nameOf(node)) : null
  const others = refersTo !== null && !(parent !== null && isNew(parent.origin)) && refersTo !== place
  const blocked =
    kind === 'foreign key'
      ? `nobody can write to ${place}${others ? ` or ${refersTo}` : ''}`
      : `nobody can read or write it`
  const first = column === null ? 'add it' : 'add the column alone, then the constraint'
  const each = kind === 'foreign key' && known?.isPartitioned === true
  return [
    hit(
      'lint/constraint-missing-not-valid',
      step,
      `this ${kind === 'check' ? 'CHECK' : kind} scans ${place}, and ${blocked} meanwhile`,
      each
        ? `${first} to each partition with NOT VALID, VALIDATE CONSTRAINT there in the next migration, then add it to ${place}`
        : `${first} with NOT VALID, and VALIDATE CONSTRAINT in the next migration`,
      offset,
    ),
  ]
}

/** Then that of the whole table reads nothing. */
const hasReference = ({ constraints }: LintTable, { columns, refersTo }: KnownConstraint): boolean =>
  constraints.some((one) => one.validated && one.refersTo === refersTo && one.columns.join() === columns.join())

const isProven = (constraints: readonly KnownConstraint[], { columns }: KnownConstraint): boolean =>
  columns.every((name) => constraints.some(({ validated, neverNull }) => validated && neverNull.includes(name)))

function nameOf({ pktable }: TreeNode): RelationName {
  const { schemaname, relname } = nodeAt(pktable)
  return { schema: typeof schemaname === 'string' ? schemaname : null, name: String(relname) }
}

/** A table that has rows is scanned for those that do not fit, unless a CHECK says that all do. */
function attached(look: LintLook, { name }: TreeNode): Hit[] {
  const { step, schema } = look
  const range = nodeAt(name)
  const partition = nameOf({ pktable: range })
  const hasCheck = schema.find(partition)?.constraints.some(({ kind, validated }) => kind === 'check' && validated)
  if (!isUsed(look, partition) || hasCheck === true) return []
  return [
    hit(
      'lint/attach-partition-scans',
      step,
      `ATTACH PARTITION scans ${tableName(partition)} for rows that do not belong to it; nobody can read or write it meanwhile`,
      'add a CHECK with the bounds to it first, NOT VALID, and VALIDATE that in a migration before',
      offsetOf(step, range.location),
    ),
  ]
}
