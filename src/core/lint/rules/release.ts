import { listAt, nodeAt, nodesIn, type RelationName, relationOf, type TreeNode, wordsOf } from '../../sql/tree.ts'
import { nameIn } from '../known/learn.ts'
import type { LintStep } from '../known/step.ts'
import { type Hit, hit, isUsed, type LintLook, tableName, targetOf } from './look.ts'

/** What a kind of object is called, as far as a release uses it by its name. */
const kinds: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SCHEMA: 'schema',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'routine',
  OBJECT_SEQUENCE: 'sequence',
}

/** What a statement drops besides tables, columns and indexes. */
export function dropHits(look: LintLook): Hit[] {
  const { step } = look
  const kind = String(step.node.removeType)
  const what = kinds[kind]
  const names = listAt(step.node.objects).map(objectName)
  const gone = names.filter((name) => isInUse(look, kind, name))
  const broken = gone.filter((name) => !look.created.has(name.name))
  const told = broken.map((name) =>
    hit(
      'lint/dropping-object',
      step,
      `the running release may use the ${what} ${tableName(name)}, which is dropped`,
      'first ship a release that does not use it, then drop it in a later migration',
    ),
  )
  const cascade = step.node.behavior === 'DROP_CASCADE' && gone.length > 0
  return [...(what === undefined ? [] : told), ...(cascade ? [cascadeHit(look, gone.map(tableName).join(', '))] : [])]
}

/** What ALTER TABLE drops with all that depends on it. */
export function cascadeHits(look: LintLook): Hit[] {
  const table = targetOf(look)
  if (!isUsed(look, table)) return []
  return nodesIn(look.step.node.cmds, 'AlterTableCmd')
    .filter(
      ({ behavior, subtype }) => behavior === 'DROP_CASCADE' && /^AT_Drop(?:Column|Constraint)$/.test(String(subtype)),
    )
    .map(({ name }) => cascadeHit(look, `${tableName(table)}.${name}`))
}

const cascadeHit = ({ step }: LintLook, what: string): Hit =>
  hit(
    'lint/drop-cascade',
    step,
    `CASCADE drops all that depends on ${what}: views, foreign keys and functions that nobody named`,
    'drop what depends on it by its name; then a forgotten one stops the migration',
  )

/** The name without the arguments of a function. */
function objectName(object: unknown): RelationName {
  const { ObjectWithArgs } = nodeAt(object)
  return nameIn(ObjectWithArgs === undefined ? object : nodeAt(ObjectWithArgs).objname)
}

function isInUse(look: LintLook, kind: string, name: RelationName): boolean {
  if (/^OBJECT_(?:TABLE|MATVIEW|FOREIGN_TABLE)$/.test(kind)) {
    const table = look.schema.find(name)
    return table === null || !(table.isTemporary || look.isNew(table.origin))
  }
  const object = look.schema.object(kind, name)
  // Nobody calls the function of a trigger.
  if (object?.trait === 'trigger') return false
  return object === null || !look.isNew(object.origin)
}

/** RENAME of what a release uses by its name, but for tables and columns. */
export function renameHits(look: LintLook): Hit[] {
  const { node, type } = look.step
  if (type === 'AlterEnumStmt') {
    const name = nameIn(node.typeName)
    if (node.oldVal === undefined || !isInUse(look, 'OBJECT_TYPE', name)) return []
    return [renameHit(look, `value '${node.oldVal}' of ${tableName(name)}`, `'${node.newVal}'`)]
  }
  const kind = String(node.renameType)
  const what = kinds[kind]
  if (what === undefined) return []
  const name = renamed(node)
  const breaks = isInUse(look, kind, name) && !look.created.has(name.name)
  return breaks ? [renameHit(look, `${what} ${tableName(name)}`, String(node.newname))] : []
}

function renamed(node: TreeNode): RelationName {
  if (node.relation !== undefined) return relationOf(nodeAt(node.relation))
  return node.object === undefined ? { schema: null, name: String(node.subname) } : objectName(node.object)
}

const renameHit = ({ step }: LintLook, what: string, to: string): Hit =>
  hit(
    'lint/renaming-object',
    step,
    `the running release may use the ${what}, which will be called ${to}`,
    'make it a second time under the new name, and drop the old one when no release uses it',
  )

/** The name of what a statement creates, by its type. */
const created: Readonly<Record<string, (node: TreeNode) => unknown>> = {
  CreateStmt: ({ relation }) => nodeAt(relation).relname,
  CreateTableAsStmt: ({ into }) => nodeAt(nodeAt(into).rel).relname,
  ViewStmt: ({ view }) => nodeAt(view).relname,
  CreateSeqStmt: ({ sequence }) => nodeAt(sequence).relname,
  CompositeTypeStmt: ({ typevar }) => nodeAt(typevar).relname,
  CreateEnumStmt: ({ typeName }) => wordsOf(typeName).at(-1),
  CreateRangeStmt: ({ typeName }) => wordsOf(typeName).at(-1),
  CreateDomainStmt: ({ domainname }) => wordsOf(domainname).at(-1),
  CreateFunctionStmt: ({ funcname }) => wordsOf(funcname).at(-1),
  CreateSchemaStmt: ({ schemaname }) => schemaname,
  DefineStmt: ({ defnames }) => wordsOf(defnames).at(-1),
  RenameStmt: ({ newname }) => newname,
}

/** The names of all that these statements create. */
export function namesCreated(steps: Iterable<Pick<LintStep, 'type' | 'node'>>): Set<string> {
  const names = new Set<string>()
  for (const { type, node } of steps) {
    const name = created[type]?.(node)
    if (typeof name === 'string') names.add(name)
  }
  return names
}
