/**
 * What a statement reaches beyond its own database, told from PostgreSQL's own parse tree. It decides what a replay
 * leaves out, and no more: what it does not see the server refuses, for a replay runs as a role without rights.
 */
import { firstStatement, nodeAt, nodesIn, type Tree, type TreeNode, visit, wordsOf } from '../sql/tree.ts'
import { boundExtension, boundSchema } from './bound-extensions.ts'

/** What a replay does with a statement. */
export type Verdict =
  | { readonly kind: 'run' }
  /** `what` names it for a person: `ALTER ROLE`. With `makesSchema` the schema is not whole without it. */
  | { readonly kind: 'leave-out'; readonly what: string; readonly makesSchema?: boolean }
  /** It stays in its database, but only a superuser may run it. */
  | { readonly kind: 'elevate' }
  /** Elevated too, with these options in place of its own. */
  | { readonly kind: 'unplug'; readonly what: string; readonly options: string }

const run: Verdict = { kind: 'run' }
const elevate: Verdict = { kind: 'elevate' }
const leaveOut = (what: string) => ({ kind: 'leave-out', what }) as const

/** Names that must be there before a replay begins, and foreign tables, whose rows are elsewhere. */
export class Named {
  readonly roles = new Set<string>()
  readonly tablespaces = new Set<string>()
  readonly foreignTables = new Set<string>()
}

/** @param tree of one statement. What it names is added to `named`. */
export function reachOf(tree: Tree, named: Named): Verdict {
  const [type, node] = firstStatement(tree)
  if (type === '') return run
  collect(type, node, named)
  const judge = judges[type]
  const found = judge === undefined ? run : judge(node, named)
  if (found.kind !== 'run') return found
  if (rowsOnly.has(type) && namesBound(node)) return leaveOut('rows that an extension keeps')
  return callsOutside(type, node) ?? foreignRows(type, node, named) ?? run
}

const objects: Record<string, string> = {
  OBJECT_ROLE: 'ROLE',
  OBJECT_DATABASE: 'DATABASE',
  OBJECT_TABLESPACE: 'TABLESPACE',
}
/** What a superuser has to make belongs to him. */
const superusers = new Set([
  'OBJECT_EXTENSION',
  'OBJECT_EVENT_TRIGGER',
  'OBJECT_FDW',
  'OBJECT_ACCESS_METHOD',
  'OBJECT_PUBLICATION',
  'OBJECT_OPCLASS',
  'OBJECT_OPFAMILY',
  'OBJECT_TSPARSER',
  'OBJECT_TSTEMPLATE',
  'OBJECT_LANGUAGE',
  'OBJECT_TRANSFORM',
  'OBJECT_AGGREGATE',
])

/** ALTER, COMMENT ON and the like of an object: of the cluster, of a superuser, or of the database. */
const ofObject =
  (verb: string, key: string) =>
  (node: TreeNode): Verdict => {
    const type = String(node[key])
    const shared = objects[type]
    if (shared !== undefined) return leaveOut(`${verb} ${shared}`)
    if (type === 'OBJECT_SUBSCRIPTION') return elevate
    return superusers.has(type) ? elevate : run
  }

const judges: Record<string, (node: TreeNode, named: Named) => Verdict> = {
  CreateRoleStmt: () => leaveOut('CREATE ROLE'),
  AlterRoleStmt: () => leaveOut('ALTER ROLE'),
  AlterRoleSetStmt: () => leaveOut('ALTER ROLE'),
  DropRoleStmt: () => leaveOut('DROP ROLE'),
  GrantRoleStmt: ({ is_grant }) => leaveOut(is_grant ? 'GRANT of a role' : 'REVOKE of a role'),
  CreatedbStmt: () => leaveOut('CREATE DATABASE'),
  DropdbStmt: () => leaveOut('DROP DATABASE'),
  AlterDatabaseStmt: () => leaveOut('ALTER DATABASE'),
  AlterDatabaseSetStmt: () => leaveOut('ALTER DATABASE'),
  AlterDatabaseRefreshCollStmt: () => leaveOut('ALTER DATABASE'),
  AlterSystemStmt: () => leaveOut('ALTER SYSTEM'),
  CreateTableSpaceStmt: () => leaveOut('CREATE TABLESPACE'),
  DropTableSpaceStmt: () => leaveOut('DROP TABLESPACE'),
  AlterTableSpaceOptionsStmt: () => leaveOut('ALTER TABLESPACE'),
  AlterTableMoveAllStmt: () => leaveOut('ALTER … ALL IN TABLESPACE'),
  LoadStmt: () => leaveOut('LOAD'),
  ImportForeignSchemaStmt: () => ({ ...leaveOut('IMPORT FOREIGN SCHEMA'), makesSchema: true }),
  CopyStmt: copies,
  RenameStmt: ofObject('ALTER', 'renameType'),
  // A new owner would need the right to make things in the schema, which nobody asks of a superuser.
  AlterOwnerStmt: (node) => {
    const found = ofObject('ALTER', 'objectType')(node)
    return found.kind === 'run' ? elevate : found
  },
  CommentStmt: ofObject('COMMENT ON', 'objtype'),
  SecLabelStmt: ofObject('SECURITY LABEL ON', 'objtype'),
  GrantStmt: (node) => {
    const type = String(node.objtype)
    if (type === 'OBJECT_PARAMETER_ACL') return leaveOut('GRANT ON PARAMETER')
    if (namesBound(node)) return leaveOut('GRANT on what an extension keeps')
    return type === 'OBJECT_FDW' ? elevate : ofObject('GRANT ON', 'objtype')(node)
  },
  DropStmt: (node) => {
    const bound = node.removeType === 'OBJECT_EXTENSION' ? wordsOf(node.objects).find(boundExtension) : undefined
    return bound === undefined ? ofObject('DROP', 'removeType')(node) : leaveOut(`DROP EXTENSION ${bound}`)
  },
  AlterObjectSchemaStmt: ofObject('ALTER', 'objectType'),
  CreateSubscriptionStmt: () => ({
    kind: 'unplug',
    what: 'the connection of CREATE SUBSCRIPTION',
    options: 'connect = false, enabled = false, create_slot = false, slot_name = NONE',
  }),
  AlterSubscriptionStmt: ({ kind }) =>
    kind === 'ALTER_SUBSCRIPTION_CONNECTION' ? elevate : leaveOut('ALTER SUBSCRIPTION'),
  DropSubscriptionStmt: () => elevate,
  CreateExtensionStmt: ofExtension('CREATE'),
  AlterExtensionStmt: ofExtension('ALTER'),
  AlterExtensionContentsStmt: ofExtension('ALTER'),
  CreateEventTrigStmt: () => elevate,
  AlterEventTrigStmt: () => elevate,
  CreateFdwStmt: () => elevate,
  AlterFdwStmt: () => elevate,
  CreateOpClassStmt: () => elevate,
  CreateOpFamilyStmt: () => elevate,
  AlterOpFamilyStmt: () => elevate,
  CreateAmStmt: () => elevate,
  CreatePLangStmt: () => elevate,
  CreateTransformStmt: () => elevate,
  CreateCastStmt: ({ func }) => (func === undefined ? elevate : run),
  CreatePublicationStmt: publishes,
  AlterPublicationStmt: () => elevate,
  DefineStmt: ({ kind, definition }) =>
    kind === 'OBJECT_TSPARSER' ||
    kind === 'OBJECT_TSTEMPLATE' ||
    (kind === 'OBJECT_TYPE' && definition !== undefined) ||
    (kind === 'OBJECT_AGGREGATE' && keepsInternal(definition))
      ? elevate
      : run,
  AlterTableStmt: ({ cmds }) =>
    /"subtype":"AT_(?:(?:Dis|En)ableTrigAll|ChangeOwner)"/.test(JSON.stringify(cmds)) ? elevate : run,
}

/** A state of the type `internal` could be anything in memory. */
function keepsInternal(definition: unknown): boolean {
  return nodesIn(definition, 'DefElem').some(
    ({ defname, arg }) => defname === 'stype' && JSON.stringify(arg).includes('"sval":"internal"'),
  )
}

/** One that is bound to its database is left out with all that is done to it. */
function ofExtension(verb: string): (node: TreeNode) => Verdict {
  return ({ extname }) => (boundExtension(String(extname)) ? leaveOut(`${verb} EXTENSION ${extname}`) : elevate)
}

/** Whether a statement names the schema of an extension that is not there. */
function namesBound(node: TreeNode): boolean {
  let found = node.objtype === 'OBJECT_SCHEMA' && wordsOf(node.objects).some(boundSchema)
  each(node, ({ schemaname, objname }) => {
    if (boundSchema(String(schemaname)) || (objname !== undefined && wordsOf(objname).some(boundSchema))) found = true
  })
  return found
}

function copies({ is_program, filename, is_from }: TreeNode): Verdict {
  const direction = is_from === true ? 'COPY FROM' : 'COPY TO'
  if (is_program === true) return leaveOut(`${direction} PROGRAM`)
  return filename === undefined ? run : leaveOut(`${direction} a file of the server`)
}

/** All tables, or those of a schema, only a superuser may publish. */
function publishes({ for_all_tables, pubobjects }: TreeNode): Verdict {
  const text = JSON.stringify(pubobjects ?? '')
  return for_all_tables === true || text.includes('PUBLICATIONOBJ_TABLES_IN') ? elevate : run
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
  each(node, ({ relname }) => {
    if (foreignTables.has(String(relname))) found = String(relname)
  })
  return found === null ? null : leaveOut(`rows of the foreign table ${found}`)
}

function collect(type: string, node: TreeNode, { roles, tablespaces, foreignTables }: Named): void {
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
  each(node, (inner) => {
    if (typeof inner.rolename === 'string') roles.add(inner.rolename)
    for (const name of [inner.tablespacename, inner.tableSpace]) if (typeof name === 'string') tablespaces.add(name)
    if (inner.subtype === 'AT_SetTableSpace') tablespaces.add(String(inner.name))
  })
}

/** Every object of a tree: where only one kind of node can stand, its key is not its type. A tree may be very deep. */
function each(tree: object, look: (node: TreeNode) => void): void {
  const waiting: object[] = [tree]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!Array.isArray(next)) look(Object.fromEntries(Object.entries(next)))
    for (const inner of Object.values(next)) if (inner !== null && typeof inner === 'object') waiting.push(inner)
  }
}
