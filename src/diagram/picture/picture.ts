import type { Catalog, Column, Table } from '../../core/schema/catalog.ts'
import { shortType } from '../../core/schema/dbml-text.ts'
import type { DesignGroup } from '../../core/schema/design.ts'
import { drawnTables, type Keys, keysOf, type Relation, relationsOf } from '../../core/schema/relations.ts'
import { keyOf, shortName } from '../../core/sql/qualified-name.ts'

/** What is drawn, with its measures in pixels; where it is drawn is the layout's to say. */
export interface Picture {
  readonly boxes: readonly Box[]
  readonly links: readonly Edge[]
  /** What the colours of tables mean: the groups of a design that has such, and schemas. */
  readonly colours: readonly string[]
}

export interface Box {
  /** `t0`, `t1` … */
  readonly id: string
  readonly table: Table
  readonly title: string
  readonly rows: readonly Row[]
  /** Columns that a long table does not show. */
  readonly hidden: readonly Column[]
  readonly width: number
  readonly height: number
  /** Where the names of the columns begin. */
  readonly gutter: number
  /** Its place in the picture's colours. */
  readonly hue: number
}

export interface Row {
  readonly column: Column
  readonly keys: Keys
  readonly name: string
  readonly type: string
}

export interface Edge {
  /** `l0`, `l1` … */
  readonly id: string
  readonly relation: Relation
  readonly child: Box
  readonly parent: Box
  /** Heights in the boxes at which the line begins and ends. */
  readonly from: number
  readonly to: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Where everything is drawn. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** Upper left corners, by box. */
  readonly places: ReadonlyMap<string, Point>
  /** From child to parent, by link. */
  readonly routes: ReadonlyMap<string, readonly Point[]>
  /** Boxes that a person put where they are. */
  readonly moved: ReadonlySet<Box>
  /** Lines that have no route yet: the page finds one as it is opened. */
  readonly unrouted: ReadonlySet<Edge>
  /** Foreign keys to a hub, whose route ends where the hub's name stands. */
  readonly named: ReadonlySet<Edge>
}

export const headHeight = 32
export const rowHeight = 21
const footHeight = 6
/** Of one character: the widest of the usual fonts. */
const titleAdvance = 8.6
const textAdvance = 7.3
const longestTitle = 36
const longestName = 30
const longestType = 26
/** A table of more columns shows its keys and the first of the others. */
const mostRows = 24

/** Tables and foreign keys, measured; tables of one group, or of one schema where they are in none, have one colour. */
export function pictureOf(catalog: Catalog, groups: readonly DesignGroup[] = []): Picture {
  const tables = drawnTables(catalog)
  const groupOf = new Map(groups.flatMap(({ name, tables }) => tables.map((table) => [keyOf(table), name] as const)))
  const names = tables.map((table) => groupOf.get(keyOf(table)) ?? table.schema)
  const colours = [...new Set(names)].sort()
  const boxes = tables.map((table, i) => boxOf(table, `t${i}`, colours.indexOf(names[i] ?? '')))
  const byKey = new Map(boxes.map((box) => [keyOf(box.table), box]))
  const links = relationsOf(tables).flatMap((relation, i) => {
    const [child, parent] = [byKey.get(keyOf(relation.child)), byKey.get(keyOf(relation.parent))]
    return child && parent ? [linkOf(relation, `l${i}`, child, parent)] : []
  })
  return { boxes, links, colours }
}

function boxOf(table: Table, id: string, hue: number): Box {
  const { shown, hidden } = split(table)
  const rows = shown.map((column) => ({
    column,
    keys: keysOf(table, column.name),
    name: shortened(column.name, longestName),
    type: shortened(shortType(column.type), longestType) + (column.notNull ? '' : '?'),
  }))
  const title = shortened(shortName(table.schema, table.name), longestTitle)
  const gutter = rows.some(({ keys }) => keys.primary && keys.foreign) ? 50 : 30
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(columnsOfText)) * textAdvance
  const width = Math.max(
    140,
    columnsOfText(title) * titleAdvance + 24,
    gutter + widest(rows.map((row) => row.name)) + 18 + widest(rows.map((row) => row.type)) + 12,
  )
  const height = headHeight + (rows.length + (hidden.length > 0 ? 1 : 0)) * rowHeight + footHeight
  return { id, table, title, rows, hidden, width: Math.ceil(width), height, gutter, hue }
}

function split(table: Table): { shown: Column[]; hidden: Column[] } {
  if (table.columns.length <= mostRows) return { shown: [...table.columns], hidden: [] }
  const isKey = ({ name }: Column) => {
    const { primary, foreign, unique } = keysOf(table, name)
    return primary || foreign || unique
  }
  let room = mostRows - 1 - table.columns.filter(isKey).length
  const shown = table.columns.filter((column) => isKey(column) || room-- > 0)
  return { shown, hidden: table.columns.filter((column) => !shown.includes(column)) }
}

function linkOf(relation: Relation, id: string, child: Box, parent: Box): Edge {
  return {
    id,
    relation,
    child,
    parent,
    from: middleOf(child, relation.columns[0]),
    to: middleOf(parent, relation.references.columns[0]),
  }
}

/** The height in a box at which the row of a column is, or its head where the row is hidden. */
function middleOf(box: Box, column: string | undefined): number {
  const row = box.rows.findIndex((one) => one.column.name === column)
  return row === -1 ? headHeight / 2 : headHeight + (row + 0.5) * rowHeight
}

/** What a line is known by when its picture is drawn again. */
export function linkKey({ relation: { child, columns, parent, references } }: Edge): string {
  return JSON.stringify([keyOf(child), columns, keyOf(parent), references.columns])
}

function shortened(text: string, longest: number): string {
  const chars = [...text]
  return chars.length <= longest ? text : `${chars.slice(0, longest - 1).join('')}…`
}

/** Characters of the East and emoji are two columns wide. */
export function columnsOfText(text: string): number {
  return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0)
}
