import type { Database, RefEndpoint, TableGroup, TableRecord } from '@dbml/parse'
import type { Location } from '../../core/location.ts'
import type { Design, DesignGroup, DesignRecords, DesignReference, DesignTable } from '../../core/schema/design.ts'
import { asMeant } from '../../core/schema/meant-design.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import { joinTable, partialReferences, referenceOf } from './references.ts'
import { inlineEnums, type Reading, type Source, tableOf, withPartials } from './table.ts'

/** Tells the `many` side of a reference. */
export type IsMany = (end: RefEndpoint['relation']) => boolean

/** The design that a parsed DBML file means. @throws NselfError `invalid-design`. */
export function designOf(database: Database, source: Source, isMany: IsMany): Design {
  const at: Reading['at'] = ({ token }) => source.place(token.filepath?.absolute ?? null, token.start.offset)
  const enums = database.enums.map((item) => ({
    schema: item.schemaName ?? 'public',
    name: item.name,
    labels: item.values.map((value) => value.name),
    at: at(item),
  }))
  const enumNames = new Set(enums.map(keyOf))
  const partials = new Map(database.tablePartials.map((partial) => [partial.name, partial]))
  const typeOf: Reading['typeOf'] = ({ schemaName, type_name: written }) => {
    const [array] = /(?:\s*\[\d*\])*$/.exec(written) ?? ['']
    const base = written.slice(0, written.length - array.length)
    const schema = schemaName ?? 'public'
    if (enumNames.has(keyOf({ schema, name: base }))) return `${quoteQualified(schema, base)}${array}`
    return schemaName === null ? written : `${quoteQualified(schemaName, base)}${array}`
  }
  const whole = database.tables.map((table) => withPartials(table, partials))
  const reading = { at, typeOf, source }
  const tables = whole.map((table) => tableOf(table, reading))
  const references: DesignReference[] = []
  for (const ref of [...database.refs, ...whole.flatMap(partialReferences)]) {
    if (ref.inactive === true) continue
    const many = ref.endpoints.filter((end) => isMany(end.relation))
    if (many.length === 2) joinTable(ref, tables, references, at(ref))
    else references.push(referenceOf(ref, many[0] ?? null, tables, at(ref)))
  }
  const records = database.records.map((item) => recordsOf(item, at(item), source))
  const unique = withUniqueIndexNames(tables)
  const design = {
    enums: [...enums, ...whole.flatMap((table) => inlineEnums(table, reading))],
    references,
    records,
    groups: database.tableGroups.map(groupOf),
  }
  return asMeant({ ...design, ...unique }, databaseOf(database))
}

function groupOf({ name, tables }: TableGroup): DesignGroup {
  return {
    name: name ?? '',
    tables: tables.map((table) => ({ schema: table.schemaName ?? 'public', name: table.name })),
  }
}

/** `database_type` of the project: its settings have the names that the file gives them. */
function databaseOf({ project }: Database): string | null {
  const [, value] = Object.entries(project ?? {}).find(([name]) => name === 'database_type') ?? []
  return typeof value === 'string' ? value : null
}

/** Of PostgreSQL's indexes no two of a schema have one name; other databases count the names of each table. */
function withUniqueIndexNames(tables: readonly DesignTable[]): Pick<Design, 'tables' | 'notes'> {
  const count = new Map<string, number>()
  for (const { schema, indexes, keys } of tables) {
    for (const { name } of [...indexes, ...keys]) {
      if (name === null) continue
      const key = keyOf({ schema, name })
      count.set(key, (count.get(key) ?? 0) + 1)
    }
  }
  const notes: string[] = []
  const longer = tables.map((table) => {
    const own = <T extends { readonly name: string | null }>(index: T): T => {
      if (index.name === null || count.get(keyOf({ schema: table.schema, name: index.name })) === 1) return index
      const name = `${table.name}_${index.name}`
      notes.push(`several indexes are called ${index.name}: that of ${table.name} becomes ${name}`)
      return { ...index, name }
    }
    return { ...table, indexes: table.indexes.map(own), keys: table.keys.map(own) }
  })
  return { tables: longer, notes }
}

function recordsOf(item: TableRecord, at: Location, source: Source): DesignRecords {
  return {
    schema: item.schemaName ?? 'public',
    table: item.tableName,
    columns: item.columns,
    rows: item.values.map((row) => row.map((value) => sqlValue(value, source))),
    at,
  }
}

function sqlValue({ value, type, token }: TableRecord['values'][number][number], source: Source): string {
  if (value === null) return 'NULL'
  if (value === undefined)
    return enumConstant(source.textAt(token.filepath.absolute, token.start.offset, token.end.offset))
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return type === 'expression' ? `(${String(value)})` : quoteLiteral(String(value))
}

/** `Status.active`, `app."job state"."on hold"`: the parser tells no value of it, but the place where it stands. */
function enumConstant(text: string): string {
  const [, quoted, bare] = /(?:"((?:[^"\\]|\\.)*)"|([^."\s]+))\s*$/.exec(text) ?? []
  const label = quoted?.replace(/\\(.)/g, '$1') ?? bare
  return label === undefined ? 'NULL' : quoteLiteral(label)
}
