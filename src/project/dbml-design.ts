import type {
  Check,
  Column,
  Database,
  Index,
  InlineRef,
  Ref,
  RefEndpoint,
  Table,
  TablePartial,
  TableRecord,
} from '@dbml/parse'
import { type Location, NselfError } from '../core/errors.ts'
import type { Rule } from '../core/schema/catalog.ts'
import {
  type Design,
  type DesignColumn,
  type DesignIndex,
  type DesignKey,
  type DesignRecords,
  type DesignReference,
  type DesignTable,
  literalOf,
  quotedTable,
} from '../core/schema/design.ts'
import { serialType } from '../core/schema/foreign-types.ts'

/** What the file says beside what the parser makes of it. */
export interface Source {
  /** The place of an offset in a file; null is the file that was named. */
  readonly place: (file: string | null, offset: number) => Location
  readonly textAt: (file: string | null, from: number, to: number) => string
  readonly isMany: (end: RefEndpoint['relation']) => boolean
}

/** Where something stands, as the parser tells it. */
interface Token {
  readonly token: {
    readonly start: { readonly offset: number }
    readonly end: { readonly offset: number }
    readonly filepath?: { readonly absolute: string }
  }
}

/** The design that a parsed DBML file means. @throws NselfError `invalid-design`. */
export function designOf(database: Database, source: Source): Design {
  const at = (part: Token): Location => source.place(part.token.filepath?.absolute ?? null, part.token.start.offset)
  const enums = database.enums.map((item) => ({
    schema: item.schemaName ?? 'public',
    name: item.name,
    labels: item.values.map((value) => value.name),
    at: at(item),
  }))
  const enumNames = new Set(enums.map(({ schema, name }) => `${schema}.${name}`))
  const partials = new Map(database.tablePartials.map((partial) => [partial.name, partial]))
  const typeOf: TypeOf = ({ schemaName, type_name: written }) => {
    const [, base, array] = /^(.*?)((?:\s*\[\d*\])*)$/s.exec(written) as unknown as [string, string, string]
    const schema = schemaName ?? 'public'
    if (enumNames.has(`${schema}.${base}`)) return `${quotedTable(schema, base)}${array}`
    return schemaName === null ? written : `${quotedTable(schemaName, base)}${array}`
  }
  const whole = database.tables.map((table) => withPartials(table, partials))
  const tables = whole.map((table) => tableOf(table, { at, typeOf, source }))
  const inline = whole.flatMap((table) => partialReferences(table))
  const references: DesignReference[] = []
  for (const ref of [...database.refs, ...inline]) {
    if ('inactive' in ref && ref.inactive === true) continue
    const many = ref.endpoints.filter((end) => source.isMany(end.relation))
    if (many.length === 2) joinTable(ref, tables, references, at(ref))
    else references.push(referenceOf(ref, many[0] ?? ref.endpoints[1], at(ref)))
  }
  return { enums, tables, references, records: database.records.map((item) => recordsOf(item, at(item))), notes: [] }
}

type TypeOf = (type: Column['type']) => string
interface With {
  readonly at: (part: Token) => Location
  readonly typeOf: TypeOf
  readonly source: Source
}

interface WholeTable extends Table {
  /** Columns that came from a partial: the parser does not tell of their references. */
  readonly borrowed: readonly Column[]
}

/** The table with what its partials bring: of two columns of one name the table's own wins, then that of the later partial. */
function withPartials(table: Table, partials: ReadonlyMap<string, TablePartial>): WholeTable {
  const injected = table.partials.flatMap(({ name, token }) => {
    const partial = partials.get(name)
    return partial === undefined ? [] : [{ partial, offset: token.start.offset }]
  })
  const own = new Set(table.fields.map((field) => field.name))
  const last = new Map(injected.flatMap(({ partial }) => partial.fields.map((field) => [field.name, partial.name])))
  const pieces = [
    ...table.fields.map((field) => ({ offset: field.token.start.offset, fields: [field] })),
    ...injected.map(({ partial, offset }) => ({
      offset,
      fields: partial.fields.filter((field) => !own.has(field.name) && last.get(field.name) === partial.name),
    })),
  ].sort((a, b) => a.offset - b.offset)
  const note = table.note ?? injected.map(({ partial }) => partial.note).findLast((item) => item !== undefined)
  const fields = pieces.flatMap((piece) => piece.fields)
  return {
    ...table,
    fields,
    borrowed: fields.filter((field) => !table.fields.includes(field)),
    indexes: [...table.indexes, ...injected.flatMap(({ partial }) => partial.indexes)],
    checks: [...table.checks, ...injected.flatMap(({ partial }) => partial.checks)],
    ...(note === undefined ? {} : { note }),
  }
}

function tableOf(table: WholeTable, { at, typeOf, source }: With): DesignTable {
  const columns = table.fields.map((field) => columnOf(field, { at, typeOf, source }))
  const marked = table.fields.filter((field) => field.pk === true)
  const keys: DesignKey[] = []
  const [first] = marked
  if (first !== undefined) {
    keys.push({ kind: 'primary key', name: null, columns: marked.map((field) => field.name), at: at(first) })
  }
  for (const field of table.fields) {
    if (field.unique === true) keys.push({ kind: 'unique', name: null, columns: [field.name], at: at(field) })
  }
  const indexes = table.indexes.map((index) => ({ index, design: indexOf(index, at(index)) }))
  for (const { index, design } of indexes) {
    if (index.pk !== true) continue
    const named = {
      kind: 'primary key',
      name: design.name,
      columns: design.keys.map((key) => key.text),
      at: design.at,
    } as const
    // Marked twice in the same words is meant once.
    const twin = keys.findIndex((key) => key.kind === 'primary key' && key.columns.join() === named.columns.join())
    if (twin === -1) keys.push(named)
    else keys[twin] = named
  }
  for (const { index, design } of indexes) {
    if (index.pk === true || !isKey(design)) continue
    keys.push({ kind: 'unique', name: design.name, columns: design.keys.map((key) => key.text), at: design.at })
  }
  const checks = [...table.checks, ...table.fields.flatMap((field) => field.checks)]
  return {
    schema: table.schemaName ?? 'public',
    name: table.name,
    comment: noteOf(table),
    columns,
    keys,
    checks: checks.map((check: Check) => ({ name: check.name ?? null, expression: check.expression, at: at(check) })),
    indexes: indexes.filter(({ index, design }) => index.pk !== true && !isKey(design)).map(({ design }) => design),
    at: at(table),
  }
}

function columnOf(field: Column, { at, typeOf, source }: With): DesignColumn {
  const written = typeOf(field.type)
  const serial = serialType(written)
  return {
    name: field.name,
    type: serial ?? written,
    notNull: field.not_null === true,
    default: defaultOf(field, source),
    increment: field.increment === true || serial !== null,
    comment: noteOf(field),
    at: at(field),
  }
}

function defaultOf(field: Column, source: Source): string | null {
  const { dbdefault: value } = field
  if (value === undefined) return null
  if (value.type === 'string') return literalOf(String(value.value))
  if (value.type === 'expression') return `(${value.value})`
  if (value.type === 'boolean') return String(value.value) === 'null' ? null : String(value.value)
  // As written: a number of JavaScript has lost digits by now.
  const { start, end, filepath } = field.token
  const text = source.textAt(filepath?.absolute ?? null, start.offset, end.offset)
  return /\bdefault\s*:\s*([-+]?\s*[\d.]+(?:e[-+]?\d+)?)/i.exec(text)?.[1]?.replace(/\s/g, '') ?? String(value.value)
}

function indexOf(index: Index, at: Location): DesignIndex {
  // The parser puts expressions first; the order is that of the text.
  const columns = index.columns.toSorted((a, b) => a.token.start.offset - b.token.start.offset)
  return {
    name: index.name ?? null,
    unique: index.unique === true,
    method: index.type?.toLowerCase() ?? null,
    keys: columns.map((column) => ({ text: column.value, isColumn: column.type !== 'expression' })),
    comment: noteOf(index),
    at,
  }
}

/** Unique on columns alone, and not said to be an index of some type: that is a constraint. */
function isKey({ unique, method, keys, comment }: DesignIndex): boolean {
  return unique && method === null && comment === null && keys.every((key) => key.isColumn)
}

function noteOf({ note }: { readonly note?: { readonly value: string } }): string | null {
  const text = note?.value.trim() ?? ''
  return text === '' ? null : text
}

type AnyRef = Pick<Ref, 'endpoints' | 'token'> & Partial<Ref>

function partialReferences(table: WholeTable): AnyRef[] {
  return table.borrowed.flatMap((field) =>
    field.inline_refs.map((ref) => {
      const own = { schemaName: table.schemaName, tableName: table.name, fieldNames: [field.name] }
      const other = { schemaName: ref.schemaName, tableName: ref.tableName, fieldNames: ref.fieldNames }
      const [ownMany, otherMany] = sidesOf(ref.relation)
      const end = (part: typeof own, many: boolean): RefEndpoint => ({
        ...part,
        relation: many ? '*' : '1',
        token: ref.token,
      })
      return { endpoints: [end(other, otherMany), end(own, ownMany)], token: ref.token } as AnyRef
    }),
  )
}

function sidesOf(relation: InlineRef['relation']): [own: boolean, other: boolean] {
  const op = relation.replaceAll('?', '')
  return [op === '>' || op === '<>', op === '<' || op === '<>']
}

const endOf = ({ schemaName, tableName, fieldNames }: RefEndpoint) => ({
  schema: schemaName ?? 'public',
  table: tableName,
  columns: fieldNames,
})

function referenceOf(ref: AnyRef, from: RefEndpoint, at: Location): DesignReference {
  const to = ref.endpoints.find((end) => end !== from) as RefEndpoint
  return { name: ref.name ?? null, from: endOf(from), to: endOf(to), ...rulesOf(ref), at }
}

function rulesOf(ref: AnyRef): { onDelete: Rule; onUpdate: Rule } {
  const rule = (text: string | undefined) => (text ?? 'no action').toLowerCase() as Rule
  return { onDelete: rule(ref.onDelete), onUpdate: rule(ref.onUpdate) }
}

/** Many to many: a table between the two, as dbdiagram.io makes it, unless there is one of that name already. */
function joinTable(ref: AnyRef, tables: DesignTable[], references: DesignReference[], at: Location): void {
  const ends = ref.endpoints.map(endOf)
  const [left, right] = ends as [(typeof ends)[0], (typeof ends)[0]]
  const taken = new Set(tables.map((table) => `${table.schema}.${table.name}`))
  let name = `${left.table}_${right.table}`
  for (let n = 1; taken.has(`${left.schema}.${name}`); n++) name = `${left.table}_${right.table}_${n}`
  const columns: DesignColumn[] = []
  const sides = ends.map((end) => {
    const target = tables.find((table) => table.schema === end.schema && table.name === end.table)
    const names = end.columns.map((column) => {
      const type = target?.columns.find((item) => item.name === column)?.type
      if (type === undefined)
        throw new NselfError('invalid-design', `${end.table} has no column ${column}`, { location: at })
      let own = `${end.table}_${column}`
      while (columns.some((item) => item.name === own)) own = `${own}_2`
      columns.push({ name: own, type, notNull: true, default: null, increment: false, comment: null, at })
      return own
    })
    return { names, end }
  })
  tables.push({
    schema: left.schema,
    name,
    comment: null,
    columns,
    keys: [{ kind: 'primary key', name: null, columns: columns.map((column) => column.name), at }],
    checks: [],
    indexes: [],
    at,
  })
  for (const { names, end } of sides) {
    const from = { schema: left.schema, table: name, columns: names }
    references.push({ name: null, from, to: end, ...rulesOf(ref), at })
  }
}

function recordsOf(item: TableRecord, at: Location): DesignRecords {
  return {
    schema: item.schemaName ?? 'public',
    table: item.tableName,
    columns: item.columns,
    rows: item.values.map((row) => row.map(({ value, type }) => sqlValue(value, type))),
    at,
  }
}

function sqlValue(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return type === 'expression' ? `(${String(value)})` : literalOf(String(value))
}
