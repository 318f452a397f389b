import { NselfError } from '../errors.ts'
import { type QualifiedName, splitDotted } from '../sql/qualified-name.ts'
import type { Catalog } from './catalog.ts'
import { hasSchema, type Moved, type Rename } from './renames.ts'

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

/** The names on both sides of `users.name=full_name`; null for what is not written so. */
export function flagParts(text: string): { path: string[]; to: string[] } | null {
  const [, from = '', into = ''] = /^((?:"(?:[^"]|"")*"|[^"=])*)=((?:"(?:[^"]|"")*"|[^"=])*)$/.exec(text) ?? []
  const [path, to] = [splitDotted(from), splitDotted(into)]
  return path === null || to === null || path.length === 0 || to.length === 0 ? null : { path, to }
}

function partsOf(text: string): { path: string[]; to: string[] } {
  const parts = flagParts(text)
  if (parts === null || parts.path.length > 3 || parts.to.length > 3) throw wrong(text, 'not understood')
  return parts
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

/** A column or a label: what it is of, and its names. */
interface Part {
  readonly schema: string
  readonly of: string
  readonly name: string
  readonly newName: string
}

/** What `users.email=mail` names: a part of a table or an enum, in the schema public unless it says another. */
function partOf(path: readonly string[], to: readonly string[]): Part | null {
  const [schema, of, name] = path.length === 2 ? ['public', ...path] : path
  const newName = to.at(-1)
  if (schema === undefined || of === undefined || name === undefined || newName === undefined) return null
  return { schema, of, name, newName }
}

/** What was called something else until now, of one kind, and is to have this name. */
function namedSo(others: readonly (Rename | null)[], kind: Moved['kind'], { schema, of }: Part): Moved[] {
  const isNewName = (rename: Rename | null): rename is Moved =>
    rename?.kind === kind && rename.toSchema === schema && rename.to === of
  return others.filter(isNewName)
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
  // Of two tables that change their names with each other, the one that has the column.
  const owners = [...namedSo(others, 'table', part), { schema, name: table }]
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
  const owner = namedSo(others, 'enum', part)[0] ?? { schema, name: ofEnum }
  const found = current.enums.find((item) => item.schema === owner.schema && item.name === owner.name)
  return found?.labels.includes(name)
    ? { kind: 'label', schema: owner.schema, ofEnum: owner.name, name, to: newName }
    : null
}
