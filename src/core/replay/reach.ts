/**
 * What a statement reaches beyond its own database, told from PostgreSQL's own parse tree. It decides what a replay
 * leaves out, and no more: what it does not see the server refuses, for a replay runs as a role without rights.
 */
import { eachObject, firstStatement, nodeAt, nodesIn, type Tree, type TreeNode, visit, wordsOf } from '../sql/tree.ts'
import { namesBound, verdictOfType } from './statement-types.ts'
import { elevate, leaveOut, run, type Verdict } from './verdict.ts'

/** Names that must be there before a replay begins, and foreign tables, whose rows are elsewhere. */
export class Named {
  readonly roles = new Set<string>()
  readonly tablespaces = new Set<string>()
  readonly foreignTables = new Set<string>()
  /** There may be objects of extensions, which belong to a superuser. */
  hasExtensions = false
}

/** @param tree of one statement. What it names is added to `named`. */
export function reachOf(tree: Tree, named: Named): Verdict {
  const [type, node] = firstStatement(tree)
  if (type === '') return run
  collect(type, node, named)
  const found = verdictOfType(type, node)
  if (found.kind !== 'run') return found
  if (type === 'GrantStmt' && named.hasExtensions && !namesSession(node)) return elevate
  if (rowsOnly.has(type) && namesBound(node)) return leaveOut('rows that an extension keeps')
  return callsOutside(type, node) ?? foreignRows(type, node, named) ?? run
}

const outside =
  /^(?:dblink.*|https?(?:_.*)?|pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_create_restore_point|pg_(?:create|copy|drop)_\w*replication_slot|pg_replication_(?:slot|origin)_.*|pg_logical_emit_message|lo_(?:im|ex)port|pg_read_(?:binary_)?file|pg_file_.*|pg_ls_dir)$/
const outsideSchemas = new Set(['cron', 'net', 'aws_s3', 'aws_lambda', 'pgagent'])

/** A query of which nothing stays in the database but what it calls elsewhere. */
function callsOutside(type: string, node: TreeNode): Verdict | null {
  const query = type === 'SelectStmt' && node.intoClause === undefined
  if (!query && type !== 'CallStmt' && !rowsOnly.has(type)) return null
  let found: string | null = null
  visit({ [type]: node }, (kind, { funcname }) => {
    if (kind !== 'FuncCall') return true
    const names = wordsOf(funcname)
    if (outside.test(names.at(-1) ?? '') || (names.length > 1 && outsideSchemas.has(names[0] ?? '')))
      found = names.join('.')
    return true
  })
  return found === null ? null : leaveOut(`a call of ${found}`)
}

const rowsOnly = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'TruncateStmt'])

function foreignRows(type: string, node: TreeNode, { foreignTables }: Named): Verdict | null {
  if (foreignTables.size === 0 || !(rowsOnly.has(type) || type === 'SelectStmt' || type === 'CopyStmt')) return null
  let found: string | null = null
  eachObject(node, ({ relname }) => {
    if (foreignTables.has(String(relname))) found = String(relname)
  })
  return found === null ? null : leaveOut(`rows of the foreign table ${found}`)
}

/** A superuser grants as the owner, whoever that is; but CURRENT_USER would be the superuser. */
const namesSession = (node: TreeNode) => /"ROLESPEC_(?:CURRENT|SESSION)/.test(JSON.stringify(node))

function collect(type: string, node: TreeNode, named: Named): void {
  const { roles, tablespaces, foreignTables } = named
  if (type === 'CreateExtensionStmt') named.hasExtensions = true
  if (type === 'CreateRoleStmt') roles.add(String(node.role))
  if (type === 'RenameStmt' && node.renameType === 'OBJECT_ROLE') roles.add(String(node.newname))
  if (type === 'VariableSetStmt' && (node.name === 'role' || node.name === 'session_authorization')) {
    const [first] = nodesIn(node.args, 'A_Const')
    const name = nodeAt(first?.sval).sval
    if (typeof name === 'string' && name !== 'none' && name !== 'default') roles.add(name)
  }
  if (type === 'CreateForeignTableStmt') {
    const base = nodeAt(node.base ?? node.baseStmt)
    foreignTables.add(String(nodeAt(base.relation).relname ?? ''))
  }
  eachObject(node, (inner) => {
    if (typeof inner.rolename === 'string') roles.add(inner.rolename)
    for (const name of [inner.tablespacename, inner.tableSpace]) if (typeof name === 'string') tablespaces.add(name)
    if (inner.subtype === 'AT_SetTableSpace') tablespaces.add(String(inner.name))
  })
}
