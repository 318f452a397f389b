import { dotted, keyOf, type QualifiedName, shortName } from '../sql/qualified-name.ts'
import type { Catalog } from './catalog.ts'
import type { KeyRename } from './renamed-keys.ts'

/** A thing that gets another name, or another schema, and keeps its rows. */
export type Rename = Moved | ColumnRename | LabelRename | SchemaRename | KeyRename

/** A table or an enum. */
export interface Moved extends QualifiedName {
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

/** `users.name to users.full_name`, `index users_a to users_b` */
export function renameText(rename: Rename): string {
  const text = `${pathOf(rename)} to ${newPathOf(rename)}`
  return isKey(rename) ? `${rename.kind} ${text}` : text
}

/** Whether an index or a constraint is renamed, and not a table, a column or an enum. */
export const isKey = (rename: Rename): rename is KeyRename => rename.kind === 'index' || rename.kind === 'constraint'

/** As `--rename` takes it: `users.name=full_name`. */
export function renameFlag(rename: Rename): string {
  const stays = rename.kind !== 'table' && rename.kind !== 'enum' ? true : rename.schema === rename.toSchema
  return `${pathOf(rename)}=${stays ? dotted(rename.to) : newPathOf(rename)}`
}

/** What it is called now: of two renames with the same one only one can be meant. */
export function pathOf(rename: Rename): string {
  if (rename.kind === 'schema') return dotted(rename.name)
  if (rename.kind === 'label') return shortName(rename.schema, rename.ofEnum, rename.name)
  if (isKey(rename)) return keyPath(rename, rename.name)
  return rename.kind === 'column'
    ? shortName(rename.schema, rename.table, rename.name)
    : shortName(rename.schema, rename.name)
}

/** The name of an index is its schema's, that of a constraint its table's. */
function keyPath({ kind, schema, table }: KeyRename, name: string): string {
  return kind === 'index' ? shortName(schema, name) : shortName(schema, table, name)
}

function newPathOf(rename: Rename): string {
  if (rename.kind === 'schema') return dotted(rename.to)
  if (rename.kind === 'column') return shortName(rename.schema, rename.table, rename.to)
  if (rename.kind === 'label') return shortName(rename.schema, rename.ofEnum, rename.to)
  if (isKey(rename)) return keyPath(rename, rename.to)
  // public is said where it is what is new.
  return rename.toSchema === 'public' && rename.schema !== 'public'
    ? dotted('public', rename.to)
    : shortName(rename.toSchema, rename.to)
}

/** The key of the table that the rename, or with `reverted` its DOWN, is about; null for what is no table. */
export function subjectOf(rename: Rename, reverted: boolean): string | null {
  if (rename.kind === 'column' || isKey(rename)) return keyOf({ schema: rename.schema, name: rename.table })
  if (rename.kind !== 'table') return null
  return keyOf(reverted ? { schema: rename.toSchema, name: rename.to } : rename)
}

/** Whether the database has a schema of this name. */
export function hasSchema({ tables, enums, others }: Catalog, name: string): boolean {
  return (
    name === 'public' ||
    others.some((other) => other.kind === 'schema' && other.name === name) ||
    [...tables, ...enums].some(({ schema }) => schema === name)
  )
}

/** The schemas that must be made for them. */
export function newSchemasOf(renames: readonly Rename[]): string[] {
  const made = renames.flatMap((rename) => (rename.kind === 'table' || rename.kind === 'enum' ? [rename] : []))
  return [...new Set(made.filter(({ makesSchema }) => makesSchema).map(({ toSchema }) => toSchema))]
}
