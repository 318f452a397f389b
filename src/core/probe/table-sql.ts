import { certain } from '../certain.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import type { AskedTable, Layer } from './question.ts'

/** What the database says of a table. */
export interface TableFacts {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly isPartitioned: boolean
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly notNull: boolean /** What a stored column is computed by. */
    readonly generated: string | null
  }[]
  /** Columns that tell a row from all others; empty where there are none. */
  readonly key: readonly string[]
  readonly primaryKey: readonly string[]
  /** By statistics; null where there are none. */
  readonly rows: number | null
  readonly pages: number
  /** A trigger sees each row before an UPDATE writes it. */
  readonly hasUpdateTrigger: boolean
}

/** How a row is named, and what it is told by where two are compared. */
export const rowKey = '"nself_key"'
export const rowPlace = '"nself_row"'

/** A stretch of the table, by the places of its rows. */
export interface TidRange {
  readonly from: string
  readonly to: string
}

/**
 * The rows of a table as they will be, for FROM: what earlier statements of the run make of them stands around the table.
 * @param children whether rows of tables that inherit from it count.
 */
export function tableSql(
  { layers, alias }: AskedTable,
  facts: TableFacts,
  children: boolean,
  range?: TidRange,
): string {
  const view = new View(facts, children, range, layers[0]?.alias ?? alias)
  for (const layer of layers) view.add(layer)
  return `(${view.sql}) AS ${quoteIdentifier(alias)}`
}

class View {
  sql: string
  private columns: readonly string[]
  private readonly generated: Readonly<Record<string, string>>

  constructor(facts: TableFacts, children: boolean, range: TidRange | undefined, alias: string) {
    const { schema, name, isPartitioned } = facts
    this.columns = facts.columns.map((column) => column.name)
    this.generated = Object.fromEntries(
      facts.columns.flatMap((one) => (one.generated === null ? [] : [[one.name, one.generated]])),
    )
    const only = children || isPartitioned ? '' : 'ONLY '
    const where =
      range === undefined
        ? ''
        : ` WHERE ctid >= ${quoteLiteral(range.from)}::tid AND ctid < ${quoteLiteral(range.to)}::tid`
    const own = `${keySql(facts)} AS ${rowKey}, tableoid::text || ctid::text AS ${rowPlace}`
    const list = [...this.columns.map(quoteIdentifier), own].join(', ')
    this.sql = `SELECT ${list} FROM ${only}${quoteQualified(schema, name)} AS ${quoteIdentifier(alias)}${where}`
  }

  add(layer: Layer): void {
    switch (layer.kind) {
      case 'add': {
        if (this.columns.includes(layer.column)) return
        return this.wrap(layer, [...this.columns, layer.column], {
          [layer.column]: `(${layer.value ?? 'NULL'}\n)::${layer.type}`,
        })
      }
      case 'drop':
        return this.wrap(
          layer,
          this.columns.filter((name) => name !== layer.column),
          {},
        )
      case 'rename': {
        const now = this.columns.map((name) => (name === layer.column ? layer.to : name))
        return this.wrap(layer, now, { [layer.to]: quoteIdentifier(layer.column) })
      }
      case 'retype':
        return this.wrap(layer, this.columns, { [layer.column]: layer.value })
      case 'set': {
        const values = layer.values.map(({ column, value }) => [
          column,
          layer.where === null
            ? value
            : `CASE WHEN ${layer.where}\n THEN ${value}\n ELSE ${quoteIdentifier(column)} END`,
        ])
        this.wrap(layer, this.columns, Object.fromEntries(values))
        if (Object.keys(this.generated).length > 0) this.wrap(layer, this.columns, this.generated)
        return
      }
      case 'delete':
        return this.wrap(
          layer,
          this.columns,
          {},
          layer.where === null ? ' WHERE false' : ` WHERE (${layer.where}\n) IS NOT TRUE`,
        )
    }
  }

  private wrap(
    { alias }: Layer,
    columns: readonly string[],
    values: Readonly<Record<string, string>>,
    where = '',
  ): void {
    const list = columns.map((name) =>
      Object.hasOwn(values, name) ? `${certain(values[name])}\n AS ${quoteIdentifier(name)}` : quoteIdentifier(name),
    )
    this.columns = columns
    this.sql = `SELECT ${[...list, rowKey, rowPlace].join(', ')} FROM (${this.sql}) AS ${quoteIdentifier(alias)}${where}`
  }
}

/** `id=3`; without a key the place of the row, in which of its tables it is not in the table itself. */
function keySql({ key, oid }: TableFacts): string {
  if (key.length === 0)
    return `'the row at ' || ctid::text || CASE WHEN tableoid = ${oid} THEN '' ELSE ' of ' || tableoid::regclass::text END`
  const parts = key.map((name) => `${quoteLiteral(`${name}=`)} || left(${quoteIdentifier(name)}::text, 60)`)
  return `concat_ws(', ', ${parts.join(', ')})`
}
