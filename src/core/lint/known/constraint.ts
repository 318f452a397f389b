import { shortName } from '../../sql/qualified-name.ts'
import { listAt, nodeAt, type RelationName, relationOf, type TreeNode, wordsOf } from '../../sql/tree.ts'
import { type LintStep, offsetOf } from './step.ts'
import type { ConstraintKind, KnownConstraint, MadeIn } from './table.ts'

const kinds: Readonly<Record<string, ConstraintKind>> = {
  CONSTR_PRIMARY: 'primary key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_CHECK: 'check',
  CONSTR_NOTNULL: 'not null',
  CONSTR_EXCLUSION: 'exclude',
}

/**
 * What a Constraint of the parse tree makes; null for what is none, such as a default.
 * @param column whose definition it stands in; null for one of the table.
 */
export function constraintOf(
  node: TreeNode,
  column: string | null,
  { step, origin }: { readonly step: LintStep; readonly origin: MadeIn },
): KnownConstraint | null {
  const kind = kinds[String(node.contype)]
  if (kind === undefined) return null
  const named = [node.keys, node.fk_attrs].flatMap(listAt).flatMap(wordsOf)
  const columns = column === null ? named : [column]
  return {
    name: typeof node.conname === 'string' ? node.conname : null,
    kind,
    columns,
    validated: node.skip_validation !== true,
    neverNull: kind === 'primary key' || kind === 'not null' ? columns : neverNullIn(node.raw_expr),
    refersTo: kind === 'foreign key' ? shortOf(relationOf(nodeAt(node.pktable))) : null,
    origin,
    step,
    offset: offsetOf(step, node.location),
  }
}

const shortOf = ({ schema, name }: RelationName): string => shortName(schema, name)

/** The columns that `a IS NOT NULL AND b IS NOT NULL` names. */
function neverNullIn(expression: unknown): string[] {
  const { NullTest, BoolExpr } = nodeAt(expression)
  const { boolop, args } = nodeAt(BoolExpr)
  if (boolop === 'AND_EXPR') return listAt(args).flatMap(neverNullIn)
  const { arg, nulltesttype } = nodeAt(NullTest)
  const { ColumnRef } = nodeAt(arg)
  return nulltesttype === 'IS_NOT_NULL' && ColumnRef !== undefined ? wordsOf(nodeAt(ColumnRef).fields).slice(-1) : []
}
