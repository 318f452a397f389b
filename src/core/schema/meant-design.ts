import type { Design, DesignColumn, DesignIndex, DesignKey, DesignRecords, DesignTable } from './design.ts'
import { sameList } from './same-list.ts'

/**
 * A design that says a thing twice, or as another database has it, as what it means in PostgreSQL; each change but those
 * of mere spelling is told in a note.
 * @param database for which the design says it was drawn, as DBML's `database_type` has it.
 */
export function asMeant(design: Design, database: string | null): Design {
  const notes = new Set(design.notes)
  const note = (sentence: string) => void notes.add(sentence)
  const tables = design.tables.map((table) => {
    const columns = table.columns.map((column) => meantColumn(column, database, note))
    const checks = table.checks.map((check) => ({ ...check, expression: withoutBrackets(check.expression, note) }))
    return withOneKeyEach(withoutUniqueHashes({ ...table, columns, checks }, note), note)
  })
  const records = design.records.map((item) => withBooleans(item, tables))
  return { ...design, tables, records, notes: [...notes] }
}

type Note = (sentence: string) => void

function meantColumn(column: DesignColumn, database: string | null, note: Note): DesignColumn {
  const isSqlServer = /^(?:ms\s?sql|sql\s?server)/i.test(database ?? '')
  const written = column.default
  const plain = { ...column, default: written === null ? null : withoutBrackets(written, note) }
  const isFlag =
    /^tinyint\s*\(\s*1\s*\)(?:\s+unsigned)?$/i.test(column.type) || (isSqlServer && /^bit$/i.test(column.type))
  if (/^bit$/i.test(column.type) && database === null)
    note('bit is a string of one bit in PostgreSQL: where true and false are meant, write boolean')
  if (!isFlag) return plain
  note(`${column.type} is how ${isSqlServer ? 'SQL Server' : 'MySQL'} writes a flag: boolean is used`)
  return { ...plain, type: 'boolean' }
}

/** SQL Server's quotes as those of SQL: `[status] = 'a'`. The subscript of an array stands right behind its name. */
function withoutBrackets(sql: string, note: Note): string {
  const quotedOrBracket = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w\])"])\[([A-Za-z_][\w $#@]*)\]/g
  return sql.replace(quotedOrBracket, (text, name: string | undefined) => {
    if (name === undefined) return text
    note(`${text} is how SQL Server quotes a name: "${name}" is used`)
    return `"${name}"`
  })
}

/** PostgreSQL's hash indexes cannot be unique; what is unique by any index is meant. */
function withoutUniqueHashes(table: DesignTable, note: Note): DesignTable {
  const isHash = ({ unique, method }: DesignIndex) => unique && method === 'hash'
  const [hashes, indexes] = [table.indexes.filter(isHash), table.indexes.filter((index) => !isHash(index))]
  if (hashes.length === 0) return table
  note(`a hash index cannot be unique in PostgreSQL: ${table.name} gets a B-tree index instead`)
  const isKey = ({ keys, comment }: DesignIndex) => comment === null && keys.every(({ isColumn }) => isColumn)
  const keys = hashes.filter(isKey).map(({ name, keys, at }) => {
    return { kind: 'unique' as const, name, columns: keys.map(({ text }) => text), at }
  })
  const trees = hashes.filter((index) => !isKey(index)).map((index) => ({ ...index, method: null }))
  return { ...table, keys: [...table.keys, ...keys], indexes: [...indexes, ...trees] }
}

/** Of several keys on the same columns one: PostgreSQL would keep an index for each. The primary key, or one with a name, stays. */
function withOneKeyEach(table: DesignTable, note: Note): DesignTable {
  const rank = ({ kind, name }: DesignKey) => (kind === 'primary key' ? 2 : name === null ? 0 : 1)
  const best = (key: DesignKey) =>
    table.keys.filter((other) => sameList(other.columns, key.columns)).reduce((a, b) => (rank(b) > rank(a) ? b : a))
  const keys = table.keys.filter((key) => best(key) === key)
  for (const key of table.keys) {
    if (key.kind === 'unique' && best(key) !== key)
      note(`${table.name} (${key.columns.join(', ')}) is declared unique more than once: it gets one constraint`)
  }
  return { ...table, keys }
}

/** A flag of another database is a number in its records. */
function withBooleans(records: DesignRecords, tables: readonly DesignTable[]): DesignRecords {
  const table = tables.find(({ schema, name }) => schema === records.schema && name === records.table)
  const flags = records.columns.map((name) =>
    table?.columns.some((column) => column.name === name && /^bool(?:ean)?$/i.test(column.type)),
  )
  const value = (sql: string, i: number) => (flags[i] && /^[01]$/.test(sql) ? String(sql === '1') : sql)
  return { ...records, rows: records.rows.map((row) => row.map(value)) }
}
