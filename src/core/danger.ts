/**
 * Which statements destroy data, told from PostgreSQL's own parse tree. The tree's shape is that of
 * src/include/nodes/parsenodes.h: every node is an object with its type as the only key.
 */

import { dotted, keyOf } from './sql/qualified-name.ts'

/** How a statement destroys data: `drop` takes an object with all it holds, `retype` may cut values. */
export type DangerKind =
  | 'drop'
  | 'truncate'
  | 'delete'
  | 'update'
  | 'drop-column'
  | 'retype'
  | 'drop-database'
  | 'drop-owned'

/** A statement that destroys data, or may. */
export interface Danger {
  readonly kind: DangerKind
  /** What it concerns, as the statement names it: `users`, `billing.orders`, `users.name`. */
  readonly object: string
  /** What it does, for a person: `drops the column users.name`. */
  readonly what: string
  /** Set for a change of type: whether it loses anything depends on the type that the column has now. */
  readonly retype?: Retype
}

interface Retype {
  /** Null where the statement leaves it to the search path. */
  readonly schema: string | null
  readonly table: string
  readonly column: string
  readonly type: string
}

export type Tree = { readonly [key: string]: unknown } | readonly unknown[] | string | number | boolean | null

/** Names of relations that a run has made itself: nothing of the user's is in them. */
export class Made {
  private readonly kept = new Set<string>()
  private readonly temporary = new Set<string>()

  has(name: string): boolean {
    return this.kept.has(name) || this.temporary.has(name)
  }

  add(name: string, temporary: boolean): void {
    if (temporary) this.temporary.add(name)
    else this.kept.add(name)
  }

  /** Temporary tables do not outlive their migration. */
  endFile(): void {
    this.temporary.clear()
  }
}

/** The dangers of one statement, in its order. What it creates is added to `made`. */
export function dangersOf(statement: Tree, made: Made): Danger[] {
  const found: Danger[] = []
  visit(statement, (type, node) => {
    const look = looks[type]
    if (look !== undefined) found.push(...look(node, made))
    // The body of a routine does not run by being created.
    return type !== 'CreateFunctionStmt' && type !== 'RuleStmt' && type !== 'ViewStmt'
  })
  return found
}

type Node = { readonly [key: string]: unknown }

/** Calls `enter` for each node, outer ones first; it says whether to go deeper. */
export function visit(tree: unknown, enter: (type: string, node: Node) => boolean): void {
  if (Array.isArray(tree)) for (const item of tree) visit(item, enter)
  else if (tree !== null && typeof tree === 'object') {
    for (const [key, value] of Object.entries(tree)) {
      const isNode = /^[A-Z]/.test(key) && value !== null && typeof value === 'object' && !Array.isArray(value)
      if (!isNode || enter(key, value as Node)) visit(value, enter)
    }
  }
}

const looks: Record<string, (node: Node, made: Made) => Danger[]> = {
  CreateStmt: remember,
  CreateTableAsStmt: ({ into, if_not_exists }, made) => remember({ ...(into as Node), if_not_exists }, made, 'rel'),
  DropStmt: drops,
  TruncateStmt: (node, made) =>
    namesIn(node.relations, 'RangeVar')
      .filter((name) => !made.has(name))
      .map((name) => ({ kind: 'truncate', object: name, what: `empties the table ${name}` })),
  DeleteStmt: (node, made) => withoutWhere(node, made, 'delete', 'deletes all rows of'),
  UpdateStmt: (node, made) => withoutWhere(node, made, 'update', 'changes all rows of'),
  AlterTableStmt: alters,
  DropdbStmt: ({ dbname }) => [{ kind: 'drop-database', object: String(dbname), what: `drops the database ${dbname}` }],
  DropOwnedStmt: () => [{ kind: 'drop-owned', object: '', what: 'drops everything that a role owns' }],
}

function remember(node: Node, made: Made, key = 'relation'): Danger[] {
  const found = node[key] as Node | undefined
  const relation = (found?.RangeVar as Node | undefined) ?? found
  // IF NOT EXISTS may have made nothing.
  if (relation !== undefined && !node.if_not_exists) made.add(nameOf(relation), relation.relpersistence === 't')
  return []
}

const kinds: Record<string, string> = {
  OBJECT_TABLE: 'table',
  OBJECT_SCHEMA: 'schema',
  OBJECT_MATVIEW: 'materialized view',
}
/** Dropping one of these with CASCADE takes columns along. */
const cascading: Record<string, string> = {
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'domain',
  OBJECT_EXTENSION: 'extension',
  OBJECT_COLLATION: 'collation',
}

function drops(node: Node, made: Made): Danger[] {
  const type = String(node.removeType)
  const cascade = node.behavior === 'DROP_CASCADE'
  const kind = kinds[type] ?? (cascade ? cascading[type] : undefined)
  if (kind === undefined) return []
  const names = (node.objects as readonly unknown[]).map(dottedName).filter((name) => !made.has(name))
  return names.map((name) => ({
    kind: 'drop',
    object: name,
    what: `drops the ${kind} ${name}${cascade ? ' and what depends on it' : ''}`,
  }))
}

function alters(node: Node, made: Made): Danger[] {
  const table = nameOf(node.relation as Node)
  if (made.has(table)) return []
  return ((node.cmds ?? []) as readonly { AlterTableCmd?: Node }[]).flatMap(({ AlterTableCmd: command }): Danger[] => {
    if (command?.subtype === 'AT_DropColumn') {
      const object = `${table}.${dotted(String(command.name))}`
      return [{ kind: 'drop-column', object, what: `drops the column ${object}` }]
    }
    if (command?.subtype !== 'AT_AlterColumnType') return []
    const column = String(command.name)
    const type = typeOf(((command.def as Node).ColumnDef as Node).typeName as Node)
    return [
      {
        kind: 'retype',
        object: `${table}.${dotted(column)}`,
        what: `changes the type of ${table}.${dotted(column)} to ${type}, which may lose data and rewrites the table`,
        retype: { ...namesOf(node.relation as Node), column, type },
      },
    ]
  })
}

function withoutWhere(node: Node, made: Made, kind: DangerKind, what: string): Danger[] {
  const name = nameOf(node.relation as Node)
  const always = (node.whereClause as { A_Const?: { boolval?: { boolval?: boolean } } } | undefined)?.A_Const?.boolval
  if (made.has(name) || (node.whereClause !== undefined && always?.boolval !== true)) return []
  return [{ kind, object: name, what: `${what} ${name}` }]
}

function namesOf({ schemaname, relname }: Node): { schema: string | null; table: string } {
  return { schema: schemaname === undefined ? null : String(schemaname), table: String(relname) }
}

function nameOf(relation: Node): string {
  const { schema, table } = namesOf(relation)
  return keyOf({ schema, name: table })
}

function namesIn(list: unknown, key: string): string[] {
  return ((list ?? []) as readonly Node[]).map((item) => nameOf(item[key] as Node))
}

/** The names joined of a List of Strings, of a TypeName, or of one String. */
function dottedName(object: unknown): string {
  const words: string[] = []
  visit(object, (type, node) => {
    if (type === 'String') words.push(String(node.sval))
    return true
  })
  return dotted(...words)
}

function typeOf(typeName: Node): string {
  const names = ((typeName.names ?? []) as readonly { String?: { sval?: string } }[]).map((item) => item.String?.sval)
  const mods = ((typeName.typmods ?? []) as readonly { A_Const?: { ival?: { ival?: number } } }[]).map(
    (item) => item.A_Const?.ival?.ival ?? 0,
  )
  const name = names.filter((word) => word !== 'pg_catalog').join('.')
  return `${name}${mods.length > 0 ? `(${mods.join(',')})` : ''}${typeName.arrayBounds === undefined ? '' : '[]'}`
}

/** True when a column of type `from`, as format_type writes it, holds everything in `to` too, without a rewrite. */
export function isWidening(from: string, to: string): boolean {
  const text = /^(?:character varying|varchar)(?:\((\d+)\))?$|^text$/
  const [before, after] = [text.exec(from), text.exec(to)]
  if (before === null || after === null) return from === to
  return after[1] === undefined || (before[1] !== undefined && Number(before[1]) <= Number(after[1]))
}
