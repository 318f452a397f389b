import { NselfError } from '../errors.ts'
import { dotted, keyOf, type QualifiedName, shortName, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import type { Catalog } from './catalog.ts'

/** A thing that gets another name, or another schema, and keeps its rows. */
export type Rename = Moved | ColumnRename | LabelRename | SchemaRename

/** A table or an enum. */
interface Moved extends QualifiedName {
  readonly kind: 'table' | 'enum'
  readonly toSchema: string
  readonly to: string
  /** The schema that it moves to is new. */
  readonly makesSchema: boolean
}

interface ColumnRename {
  readonly kind: 'column'
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly to: string
}

/** A value of an enum. */
interface LabelRename {
  readonly kind: 'label'
  readonly schema: string
  readonly ofEnum: string
  readonly name: string
  readonly to: string
}

interface SchemaRename {
  readonly kind: 'schema'
  readonly name: string
  readonly to: string
}

/** `users.name to users.full_name` */
export function renameText(rename: Rename): string {
  return `${pathOf(rename)} to ${newPathOf(rename)}`
}

/** As `--rename` takes it: `users.name=full_name`. */
export function renameFlag(rename: Rename): string {
  const stays = rename.kind !== 'table' && rename.kind !== 'enum' ? true : rename.schema === rename.toSchema
  return `${pathOf(rename)}=${stays ? dotted(rename.to) : newPathOf(rename)}`
}

/** What it is called now: of two renames with the same one only one can be meant. */
export function pathOf(rename: Rename): string {
  if (rename.kind === 'schema') return dotted(rename.name)
  if (rename.kind === 'label') return shortName(rename.schema, rename.ofEnum, rename.name)
  return rename.kind === 'column'
    ? shortName(rename.schema, rename.table, rename.name)
    : shortName(rename.schema, rename.name)
}

function newPathOf(rename: Rename): string {
  if (rename.kind === 'schema') return dotted(rename.to)
  if (rename.kind === 'column') return shortName(rename.schema, rename.table, rename.to)
  if (rename.kind === 'label') return shortName(rename.schema, rename.ofEnum, rename.to)
  // public is said where it is what is new.
  return rename.toSchema === 'public' && rename.schema !== 'public'
    ? dotted('public', rename.to)
    : shortName(rename.toSchema, rename.to)
}

/** The table that a statement of it is about, by key; null for what is none. */
export function subjectOf(rename: Rename, undone: boolean): string | null {
  if (rename.kind === 'column') return keyOf({ schema: rename.schema, name: rename.table })
  if (rename.kind !== 'table') return null
  return keyOf(undone ? { schema: rename.toSchema, name: rename.to } : rename)
}

/**
 * What `--rename` asks for: `users.name=full_name`, `users=people`, `users=app.users`, an enum or a schema likewise. A
 * column may be given under the new name of its table too.
 * @throws NselfError `usage` for a name that the database does not have.
 */
export function parseRenames(texts: readonly string[], current: Catalog): Rename[] {
  const asked = texts.map((text) => ({ text, ...partsOf(text) }))
  const whole = asked.map(({ path, to }) => renameOfWhole(path, to, current))
  return asked.map(({ text, path, to }, i) => {
    const rename = whole[i] ?? renameOfColumn(path, to, current, whole) ?? renameOfLabel(path, to, current, whole)
    if (rename === null)
      throw wrong(text, 'the migrations create no such table, column, enum, value of an enum or schema')
    return rename
  })
}

function partsOf(text: string): { path: string[]; to: string[] } {
  const [, from = '', into = ''] = /^((?:"(?:[^"]|"")*"|[^"=])*)=((?:"(?:[^"]|"")*"|[^"=])*)$/.exec(text) ?? []
  const [path, to] = [splitDotted(from) ?? [], splitDotted(into) ?? []]
  if (to.length === 0 || path.length === 0 || path.length > 3 || to.length > 3) throw wrong(text, 'not understood')
  return { path, to }
}

function wrong(text: string, why: string): NselfError {
  return new NselfError('usage', `--rename ${text}: ${why}`, {
    hint: 'write --rename users.name=full_name, --rename users=people or --rename users=app.users; a name with a dot in double quotes',
  })
}

/** Of a table, an enum or a schema; null where the path names none. */
function renameOfWhole(path: readonly string[], to: readonly string[], current: Catalog): Rename | null {
  const [schema, name] = path.length === 1 ? ['public', path[0]] : path.length === 2 ? path : []
  const newName = to.at(-1)
  if (schema === undefined || name === undefined || newName === undefined || to.length > 2) return null
  const is = (item: QualifiedName) => item.schema === schema && item.name === name
  const kind = current.tables.some(is) ? 'table' : current.enums.some(is) ? 'enum' : null
  if (kind !== null) {
    const toSchema = (to.length === 2 ? to[0] : undefined) ?? schema
    return { kind, schema, name, toSchema, to: newName, makesSchema: !hasSchema(current, toSchema) }
  }
  return path.length === 1 && to.length === 1 && hasSchema(current, name) ? { kind: 'schema', name, to: newName } : null
}

/** What `users.email=mail` names: a part of a table or an enum, in the schema public unless it says another. */
function partOf(path: readonly string[], to: readonly string[]) {
  const [schema, of, name] = path.length === 2 ? ['public', ...path] : path
  const newName = to.at(-1)
  if (schema === undefined || of === undefined || name === undefined || newName === undefined) return null
  return { schema, of, name, newName }
}

function renameOfColumn(
  path: readonly string[],
  to: readonly string[],
  current: Catalog,
  others: readonly (Rename | null)[],
): Rename | null {
  const part = partOf(path, to)
  if (part === null) return null
  const { schema, of: table, name, newName } = part
  const isNewName = (rename: Rename | null): rename is Moved =>
    rename?.kind === 'table' && rename.toSchema === schema && rename.to === table
  // Of two tables that change their names with each other, the one that has the column.
  const owners = [...others.filter(isNewName), { schema, name: table }]
  const owner = owners.find((one) =>
    current.tables.some(
      (item) =>
        item.schema === one.schema && item.name === one.name && item.columns.some((column) => column.name === name),
    ),
  )
  return owner === undefined ? null : { kind: 'column', schema: owner.schema, table: owner.name, name, to: newName }
}

/** `mood.ok=fine`, under the old or the new name of the enum. */
function renameOfLabel(
  path: readonly string[],
  to: readonly string[],
  current: Catalog,
  others: readonly (Rename | null)[],
): Rename | null {
  const part = partOf(path, to)
  if (part === null) return null
  const { schema, of: ofEnum, name, newName } = part
  const isNewName = (rename: Rename | null): rename is Moved =>
    rename?.kind === 'enum' && rename.toSchema === schema && rename.to === ofEnum
  const owner = others.find(isNewName) ?? { schema, name: ofEnum }
  const found = current.enums.find((item) => item.schema === owner.schema && item.name === owner.name)
  return found?.labels.includes(name)
    ? { kind: 'label', schema: owner.schema, ofEnum: owner.name, name, to: newName }
    : null
}

export function hasSchema({ tables, enums, others }: Catalog, name: string): boolean {
  return (
    name === 'public' ||
    others.some((other) => other.kind === 'schema' && other.name === name) ||
    [...tables, ...enums].some(({ schema }) => schema === name)
  )
}

/** The statements that do it, and those that take it back. */
export function renameSql(rename: Rename): { up: string[]; down: string[] } {
  if (rename.kind === 'schema') {
    const statement = (from: string, to: string) =>
      `ALTER SCHEMA ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`
    return { up: [statement(rename.name, rename.to)], down: [statement(rename.to, rename.name)] }
  }
  if (rename.kind === 'column') {
    const table = quoteQualified(rename.schema, rename.table)
    const statement = (from: string, to: string) =>
      `ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`
    return { up: [statement(rename.name, rename.to)], down: [statement(rename.to, rename.name)] }
  }
  if (rename.kind === 'label') {
    const type = quoteQualified(rename.schema, rename.ofEnum)
    const statement = (from: string, to: string) =>
      `ALTER TYPE ${type} RENAME VALUE ${quoteLiteral(from)} TO ${quoteLiteral(to)}`
    return { up: [statement(rename.name, rename.to)], down: [statement(rename.to, rename.name)] }
  }
  const { kind, schema, name, toSchema, to } = rename
  const there = { schema: toSchema, name: to }
  return { up: moveSql(kind, { schema, name }, there), down: moveSql(kind, there, { schema, name }) }
}

/** First into the schema, then to the name: under the old one it can be in the way of nothing there but its like. */
function moveSql(kind: 'table' | 'enum', from: QualifiedName, to: QualifiedName): string[] {
  const alter = `ALTER ${kind === 'table' ? 'TABLE' : 'TYPE'}`
  return [
    ...(from.schema === to.schema
      ? []
      : [`${alter} ${quoteQualified(from.schema, from.name)} SET SCHEMA ${quoteIdentifier(to.schema)}`]),
    ...(from.name === to.name
      ? []
      : [`${alter} ${quoteQualified(to.schema, from.name)} RENAME TO ${quoteIdentifier(to.name)}`]),
  ]
}

/** The schemas that must be made for them. */
export function newSchemasOf(renames: readonly Rename[]): string[] {
  const made = renames.flatMap((rename) => (rename.kind === 'table' || rename.kind === 'enum' ? [rename] : []))
  return [...new Set(made.filter(({ makesSchema }) => makesSchema).map(({ toSchema }) => toSchema))]
}
