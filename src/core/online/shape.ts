import { keyOf, ofKey, splitDotted } from '../sql/qualified-name.ts'
import { quoteQualified, unquoteIdentifier } from '../sql/quoting.ts'

/** What a generated statement does, as far as something may be done in its place that blocks nobody. */
type Verb =
  | 'type'
  | 'set not null'
  | 'drop not null'
  | 'add column'
  | 'drop column'
  | 'add constraint'
  | 'drop constraint'
  | 'create index'
  | 'drop index'
  | 'drop table'

export interface Shape {
  readonly verb: Verb
  /** The key of the table; of an index that is dropped the key of its schema's name for it. */
  readonly table: string
  /** The column, the constraint or the index. */
  readonly subject: string
  /** What stands behind the subject: a type, the definition of a constraint, the keys of an index. */
  readonly rest: string
}

const name = '(?:"(?:[^"]|"")*"|[^\\s".,()]+)'
const alteration = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${name}\\.${name}) (?:ALTER COLUMN (${name}) (TYPE|SET NOT NULL|DROP NOT NULL)|(ADD COLUMN|DROP COLUMN|ADD CONSTRAINT|DROP CONSTRAINT) (${name}))(?!\\w)(.*)$`,
  's',
)
const newIndex = new RegExp(`^CREATE (UNIQUE )?INDEX (${name}) ON (?:ONLY )?(${name}\\.${name}) (.*)$`, 's')
const droppedIndex = new RegExp(`^DROP INDEX (${name})\\.(${name})$`)
const droppedTable = new RegExp(`^DROP TABLE (${name}\\.${name})$`)

const verbs: Readonly<Record<string, Verb>> = {
  TYPE: 'type',
  'SET NOT NULL': 'set not null',
  'DROP NOT NULL': 'drop not null',
  'ADD COLUMN': 'add column',
  'DROP COLUMN': 'drop column',
  'ADD CONSTRAINT': 'add constraint',
  'DROP CONSTRAINT': 'drop constraint',
}

/** Reads a generated statement; null for what has no shape of these. */
export function shapeOf(sql: string): Shape | null {
  const [, path, column, ofColumn, ofTable, part, rest = ''] = alteration.exec(sql) ?? []
  const verb = verbs[ofColumn ?? ofTable ?? '']
  const subject = column ?? part
  if (path !== undefined && verb !== undefined && subject !== undefined)
    return { verb, table: keyOfPath(path), subject: unquoteIdentifier(subject), rest: rest.trim() }
  const [, unique = '', index, on, keys = ''] = newIndex.exec(sql) ?? []
  if (index !== undefined && on !== undefined)
    return { verb: 'create index', table: keyOfPath(on), subject: unquoteIdentifier(index), rest: `${unique}${keys}` }
  const [, schema, gone] = droppedIndex.exec(sql) ?? []
  if (schema !== undefined && gone !== undefined)
    return { verb: 'drop index', table: keyOfPath(`${schema}.${gone}`), subject: unquoteIdentifier(gone), rest: '' }
  const [, table] = droppedTable.exec(sql) ?? []
  return table === undefined ? null : { verb: 'drop table', table: keyOfPath(table), subject: '', rest: '' }
}

function keyOfPath(path: string): string {
  const [schema = '', own = ''] = splitDotted(path) ?? []
  return keyOf({ schema, name: own })
}

/** The beginning of a statement that alters a table: `ALTER TABLE "public"."users"`. */
export function alterTable(key: string): string {
  return `ALTER TABLE ${quotedTable(key)}`
}

/** A table's key as SQL takes it. */
export function quotedTable(key: string): string {
  const { schema, name } = ofKey(key)
  return quoteQualified(schema, name)
}

const opposites: Partial<Record<Verb, Verb>> = {
  'set not null': 'drop not null',
  'drop not null': 'set not null',
  'add column': 'drop column',
  'drop column': 'add column',
  'add constraint': 'drop constraint',
  'drop constraint': 'add constraint',
  'create index': 'drop index',
  'drop index': 'create index',
  type: 'type',
}

/** Whether one takes back what the other does. */
export function undoes(one: Shape, other: Shape): boolean {
  if (opposites[one.verb] !== other.verb || one.subject !== other.subject) return false
  return one.verb.endsWith('index') || one.table === other.table
}
