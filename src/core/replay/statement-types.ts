import { eachObject, nodeAt, nodesIn, type TreeNode, wordsOf } from '../sql/tree.ts'
import { boundExtension, boundSchema } from './bound-extensions.ts'
import { elevate, leaveOut, run, type Verdict } from './verdict.ts'

/** What the type of a statement and what it says of itself tell; calls and rows are looked at in reach.ts. */
export function verdictOfType(type: string, node: TreeNode): Verdict {
  return judges[type]?.(node) ?? run
}

/** What belongs to the cluster, as its statements call it. */
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

/** Those of all types of statement that have more to say than that they are run. */
const judges: Record<string, (node: TreeNode) => Verdict> = {
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
  SecLabelStmt: labels,
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
  CreateFunctionStmt: ({ options }) => leakproof(options),
  AlterFunctionStmt: ({ actions }) => leakproof(actions),
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

/** Without a provider by name the server takes the only one that is loaded. */
function labels(node: TreeNode): Verdict {
  const { provider, label } = node
  if (node.objtype === 'OBJECT_SUBSCRIPTION') return leaveOut('SECURITY LABEL ON SUBSCRIPTION')
  const found = ofObject('SECURITY LABEL ON', 'objtype')(node)
  if (found.kind === 'leave-out' || typeof provider !== 'string') return found
  return { kind: 'label', provider, label: typeof label === 'string' ? label : null }
}

/** What a library or the server itself runs stays what only a superuser may make, in a replay too. */
function leakproof(options: unknown): Verdict {
  const set = nodesIn(options, 'DefElem')
  const isPromised = set.some(({ defname, arg }) => defname === 'leakproof' && JSON.stringify(arg).includes('true'))
  const isNative = set.some(
    ({ defname, arg }) =>
      defname === 'language' && /^"?(?:c|internal)"?$/i.test(String(nodeAt(nodeAt(arg).String).sval)),
  )
  return isPromised && !isNative ? elevate : run
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
export function namesBound(node: TreeNode): boolean {
  let found = node.objtype === 'OBJECT_SCHEMA' && wordsOf(node.objects).some(boundSchema)
  eachObject(node, ({ schemaname, objname }) => {
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
