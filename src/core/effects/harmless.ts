import { keyOf } from '../sql/qualified-name.ts'
import type { StatementNodes } from '../sql/statement-nodes.ts'
import { nodeAt, nodesIn, relationOf, type TreeNode, visit, wordsOf } from '../sql/tree.ts'

/**
 * What a file's statements can do to rows that were there before, as far as its parse tree shows:
 * `harmless`: nothing, so that nobody has to look; `readable`: what its statements say, no more; `opaque`: anything, by
 * what they call or set off.
 */
export type Reach = 'harmless' | 'readable' | 'opaque'

/** The reach of a file, from its statements one after the other. */
export class FileReach {
  private widest: Reach = 'harmless'
  /** Tables that the file itself has made, without a trigger or a rule that it made too. */
  private readonly own = new Set<string>()
  private triggers = false
  private readonly fills: boolean

  /** @param fills it may add rows to what it makes: otherwise nobody looks what these would be computed by. */
  constructor(fills = true) {
    this.fills = fills
  }

  get reach(): Reach {
    return this.widest
  }

  add(statement: StatementNodes): void {
    const { type, node } = statement
    if (this.fills && type === 'CreateStmt' && node.if_not_exists !== true && fillsPlainly(node))
      this.own.add(keyOf(relationOf(nodeAt(node.relation))))
    if (type === 'CreateTrigStmt' || type === 'RuleStmt') this.triggers = true
    const reach = this.reachOf(statement)
    if (reach === 'opaque' || this.widest === 'harmless') this.widest = reach
  }

  /** For what cannot be read. */
  addOpaque(): void {
    this.widest = 'opaque'
  }

  private reachOf({ type, node }: StatementNodes): Reach {
    const rule = rules[type]
    if (rule !== undefined) return rule(node)
    if (type === 'InsertStmt') {
      const isOwn = this.own.has(keyOf(relationOf(nodeAt(node.relation)))) && !this.triggers
      return isOwn && node.onConflictClause === undefined && isPlain(node) ? 'harmless' : 'opaque'
    }
    return 'opaque'
  }
}

/** Rows that are put into a table as this are computed by nothing that somebody may have written. */
function fillsPlainly(node: TreeNode): boolean {
  const alone = node.inhRelations === undefined && node.partbound === undefined && node.ofTypename === undefined
  return alone && isPlain(node.tableElts, fillsByOthers)
}

const harmless = (): Reach => 'harmless'

/** For each kind of statement; any other is opaque. */
const rules: Record<string, (node: TreeNode) => Reach> = {
  TransactionStmt: harmless,
  CommentStmt: harmless,
  GrantStmt: harmless,
  GrantRoleStmt: harmless,
  CreateSchemaStmt: ({ schemaElts }) => (schemaElts === undefined ? 'harmless' : 'readable'),
  CreateEnumStmt: harmless,
  CompositeTypeStmt: harmless,
  CreateRangeStmt: harmless,
  CreateSeqStmt: harmless,
  AlterSeqStmt: harmless,
  AlterEnumStmt: harmless,
  CreateDomainStmt: harmless,
  ViewStmt: harmless,
  CreateFunctionStmt: harmless,
  AlterFunctionStmt: harmless,
  CreateTrigStmt: harmless,
  CreatePolicyStmt: harmless,
  AlterPolicyStmt: harmless,
  AlterOwnerStmt: harmless,
  RenameStmt: harmless,
  AlterObjectSchemaStmt: harmless,
  CreateStatsStmt: harmless,
  AlterDefaultPrivilegesStmt: harmless,
  LockStmt: harmless,
  // Its defaults and checks meet no row; bounds of a partition are computed.
  CreateStmt: ({ partbound }) => (isPlain(partbound) ? 'harmless' : 'readable'),
  IndexStmt: ({ indexParams, whereClause }) => (isPlain([indexParams, whereClause]) ? 'harmless' : 'readable'),
  VariableSetStmt: ({ name }) => (String(name).toLowerCase() === 'track_counts' ? 'opaque' : 'harmless'),
  DropStmt: dropReach,
  AlterTableStmt: alterReach,
  ClusterStmt: () => 'readable',
}

function fillsByOthers(type: string, { typeName }: TreeNode): boolean {
  return type === 'TableLikeClause' || (type === 'ColumnDef' && !isKnownType(typeName))
}

/** Nothing in it is computed by a function or an operator that somebody may have written, nor what `computes` says. */
function isPlain(tree: unknown, computes: (type: string, node: TreeNode) => boolean = () => false): boolean {
  let plain = true
  visit(tree, (type, node) => {
    if (type === 'FuncCall' || type === 'A_Expr' || type === 'SubLink' || type === 'CollateClause') plain = false
    if (type === 'TypeCast' && !isKnownType(node.typeName)) plain = false
    if (type === 'SelectStmt' && (node.valuesLists === undefined || node.withClause !== undefined)) plain = false
    if (type === 'IndexElem' && node.opclass !== undefined) plain = false
    if (computes(type, node)) plain = false
    return plain
  })
  return plain
}

const knownTypes = new Set(
  'bool bytea char name text varchar bpchar int2 int4 int8 float4 float8 numeric money date time timetz timestamp timestamptz interval json jsonb uuid inet cidr macaddr xml bit varbit serial bigserial smallserial serial4 serial8 tsvector'.split(
    ' ',
  ),
)

/** No domain, whose checks may call anything. */
function isKnownType(typeName: unknown): boolean {
  return knownTypes.has(wordsOf(nodeAt(typeName).names).at(-1) ?? '')
}

function dropReach({ removeType, behavior }: TreeNode): Reach {
  if (behavior === 'DROP_CASCADE') return 'readable'
  const keeps = ['VIEW', 'INDEX', 'FUNCTION', 'PROCEDURE', 'TRIGGER', 'POLICY', 'TYPE', 'DOMAIN', 'SEQUENCE', 'RULE']
  return keeps.some((kind) => removeType === `OBJECT_${kind}`) ? 'harmless' : 'readable'
}

/** What changes no row, or says itself which. */
const plainAlterations = new Set(
  `AT_ColumnDefault AT_DropNotNull AT_SetNotNull AT_SetStatistics AT_SetOptions AT_SetStorage AT_SetCompression
  AT_DropConstraint AT_ChangeOwner AT_SetRelOptions AT_ResetRelOptions AT_ReplicaIdentity AT_EnableRowSecurity
  AT_DisableRowSecurity AT_ForceRowSecurity AT_NoForceRowSecurity AT_EnableTrig AT_DisableTrig AT_AttachPartition
  AT_DetachPartition AT_ClusterOn AT_DropIdentity AT_SetIdentity AT_AddIdentity`.split(/\s+/),
)

function alterReach({ cmds }: TreeNode): Reach {
  const reaches = nodesIn(cmds, 'AlterTableCmd').map(commandReach)
  return reaches.includes('readable') ? 'readable' : 'harmless'
}

function commandReach({ subtype, def }: TreeNode): Reach {
  const kind = String(subtype)
  if (kind === 'AT_DropColumn') return 'readable'
  // What these compute cannot empty the table that is being altered, but any other.
  if (kind === 'AT_AttachPartition') return isPlain(def) ? 'harmless' : 'readable'
  if (kind === 'AT_AddColumn') {
    const column = nodeAt(nodeAt(def).ColumnDef)
    return isKnownType(column.typeName) && isPlain(column.constraints) ? 'harmless' : 'readable'
  }
  if (kind === 'AT_AddConstraint') return isPlain(nodeAt(def).Constraint) ? 'harmless' : 'readable'
  return plainAlterations.has(kind) ? 'harmless' : 'readable'
}
