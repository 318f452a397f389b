import type { QualifiedName } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import { keyRenameSql } from './renamed-keys.ts'
import { isKey, type Rename } from './renames.ts'

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
  if (isKey(rename)) {
    const { name, to } = rename
    return { up: [keyRenameSql(rename, name, to)], down: [keyRenameSql(rename, to, name)] }
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
