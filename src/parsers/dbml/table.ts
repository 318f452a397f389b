import type { Check, Column, Index, Table, TablePartial } from '@dbml/parse'
import type { Location } from '../../core/location.ts'
import type { DesignColumn, DesignEnum, DesignIndex, DesignKey, DesignTable } from '../../core/schema/design.ts'
import { serialType } from '../../core/schema/foreign-types.ts'
import { sameList } from '../../core/schema/same-list.ts'
import { quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'

/** What the file says beside what the parser makes of it. */
export interface Source {
  /** The place of an offset in a file; null is the file that was named. */
  readonly place: (file: string | null, offset: number) => Location
  readonly textAt: (file: string | null, from: number, to: number) => string
}

/** Where something stands, as the parser tells it. */
interface Placed {
  readonly token: {
    readonly start: { readonly offset: number }
    readonly end: { readonly offset: number }
    readonly filepath?: { readonly absolute: string }
  }
}

/** What reading a table needs to know of the file. */
export interface Reading {
  readonly at: (part: Placed) => Location
  /** A type as SQL. */
  readonly typeOf: (type: Column['type']) => string
  readonly source: Source
}

export interface WholeTable extends Table {
  /** Columns that came from a partial: the parser does not tell of their references. */
  readonly borrowed: readonly Column[]
}

/** The table with what its partials bring: of two columns of one name the table's own wins, then that of the later partial. */
export function withPartials(table: Table, partials: ReadonlyMap<string, TablePartial>): WholeTable {
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

/** A table with its keys, checks and indexes. */
export function tableOf(table: WholeTable, { at, typeOf, source }: Reading): DesignTable {
  const columns = table.fields.map((field) => columnOf(table, field, { at, typeOf, source }))
  const indexes = table.indexes.map((index) => ({ index, design: indexOf(index, at(index)) }))
  const checks = [...table.checks, ...table.fields.flatMap((field) => field.checks)]
  return {
    schema: table.schemaName ?? 'public',
    name: table.name,
    comment: noteOf(table),
    columns,
    keys: keysOf(table, indexes, at),
    checks: checks.map((check: Check) => ({ name: check.name ?? null, expression: check.expression, at: at(check) })),
    indexes: indexes.filter(({ index, design }) => index.pk !== true && !isKey(design)).map(({ design }) => design),
    at: at(table),
  }
}

interface ReadIndex {
  readonly index: Index
  readonly design: DesignIndex
}

/** Primary key and unique constraints, from the settings of columns and from the list of indexes. */
function keysOf(table: WholeTable, indexes: readonly ReadIndex[], at: Reading['at']): DesignKey[] {
  const marked = table.fields.filter((field) => field.pk === true)
  const keys: DesignKey[] = []
  const [first] = marked
  if (first !== undefined) {
    keys.push({ kind: 'primary key', name: null, columns: marked.map((field) => field.name), at: at(first) })
  }
  for (const field of table.fields) {
    if (field.unique === true) keys.push({ kind: 'unique', name: null, columns: [field.name], at: at(field) })
  }
  for (const { index, design } of indexes) {
    if (index.pk !== true) continue
    const named = {
      kind: 'primary key',
      name: design.name,
      columns: design.keys.map((key) => key.text),
      at: design.at,
    } as const
    // Marked twice in the same words is meant once.
    const twin = keys.findIndex((key) => key.kind === 'primary key' && sameList(key.columns, named.columns))
    if (twin === -1) keys.push(named)
    else keys[twin] = named
  }
  for (const { index, design } of indexes) {
    if (index.pk === true || !isKey(design)) continue
    keys.push({ kind: 'unique', name: design.name, columns: design.keys.map((key) => key.text), at: design.at })
  }
  return keys
}

/** Unique on columns alone, and not said to be an index of some type: that is a constraint. */
function isKey({ unique, method, keys, comment }: DesignIndex): boolean {
  return unique && method === null && comment === null && keys.every((key) => key.isColumn)
}

function columnOf(table: Table, field: Column, { at, typeOf, source }: Reading): DesignColumn {
  const list = inlineEnum(table, field, { at, typeOf, source })
  const written = list === null ? typeOf(field.type) : quoteQualified(list.schema, list.name)
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

/** The enums of columns that list their values where the type stands, as MySQL has it. */
export function inlineEnums(table: WholeTable, reading: Reading): DesignEnum[] {
  return table.fields.flatMap((field) => inlineEnum(table, field, reading) ?? [])
}

/** `enum('a', 'b')`: an enum that is called after its table and column. */
function inlineEnum(table: Table, field: Column, { at, source }: Reading): DesignEnum | null {
  if (!/^enum\s*\(/i.test(field.type.type_name)) return null
  // The parser has left out the quotes of the values.
  const { start, end, filepath } = field.token
  const text = source.textAt(filepath?.absolute ?? null, start.offset, end.offset)
  const list = /\benum\s*\(((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^)])*)\)/i.exec(text)?.[1] ?? ''
  const values = [...list.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,]+)/g)]
  const labels = values.map(([, single, double, bare]) => (single ?? double ?? bare ?? '').replace(/\\(.)/g, '$1'))
  return { schema: table.schemaName ?? 'public', name: `${table.name}_${field.name}`, labels, at: at(field) }
}

function defaultOf(field: Column, source: Source): string | null {
  const { dbdefault: value } = field
  if (value === undefined) return null
  if (value.type === 'string') return quoteLiteral(String(value.value))
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

function noteOf({ note }: { readonly note?: { readonly value: string } }): string | null {
  const text = note?.value.trim() ?? ''
  return text === '' ? null : text
}
