import { displayWidth, padTo } from '../../core/display-width.ts'
import { typeChange, typeChangeText } from '../../core/effects/type-change.ts'
import { counted } from '../../core/quantities.ts'
import type { SchemaChanges } from '../../core/schema/changes.ts'
import type { Difference } from '../../core/schema/differences.ts'
import { shortTypes } from '../../core/sql/plain-names.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'

/** Something that changes, in the line of its table. */
interface Part {
  readonly sign: Difference['sign']
  readonly text: string
  /** What that does to rows that are there; a line of its own below. */
  readonly remark?: string
}

const widestName = 24

/** What a design changes, below a title a line for each table: `users    ~ display_name → public_name   + nickname text`. */
export function importLines(changes: SchemaChanges, paint: Paint, width: number): string[] {
  return [`${paint.green('✓')} ${paint.bold('Schema changes detected!')}`, ...tableLines(changes, paint, width)]
}

function tableLines(changes: SchemaChanges, paint: Paint, width: number): string[] {
  const groups = groupsOf(changes)
  const nameWidth = Math.min(widestName, Math.max(0, ...[...groups.keys()].map(displayWidth)))
  return [...groups].flatMap(([name, parts]) => {
    const [first = '', ...rest] = partLines(parts, paint, width - nameWidth - 4)
    const indent = ' '.repeat(nameWidth + 4)
    const below = rest.map((line) => indent + line)
    if (displayWidth(name) > nameWidth) return [`  ${name}`, indent + first, ...below]
    return [`  ${padTo(name, nameWidth)}  ${first}`, ...below]
  })
}

/** What changes of one table, beside each other as far as there is room. */
function partLines(parts: readonly Part[], paint: Paint, room: number): string[] {
  const lines: string[] = []
  let line: string[] = []
  let taken = 0
  const end = () => {
    if (line.length > 0) lines.push(line.join('   '))
    line = []
    taken = 0
  }
  for (const { sign, text, remark } of parts) {
    const shown = `${sign} ${text}`
    if (taken + displayWidth(shown) > room) end()
    line.push(colourOf(sign, paint)(shown))
    taken += displayWidth(shown) + 3
    if (remark === undefined) continue
    end()
    for (const part of fold(remark, room - 2).split('\n')) lines.push(paint.dim(`  ${part}`))
  }
  end()
  return lines
}

const colourOf = (sign: Difference['sign'], paint: Paint) =>
  ({ '+': paint.green, '-': paint.red, '~': paint.yellow })[sign]

function groupsOf({ differences, renamed, columns }: SchemaChanges): Map<string, Part[]> {
  const groups = new Map<string, Part[]>()
  const add = (name: string, part: Part) => groups.set(name, [...(groups.get(name) ?? []), part])
  for (const { table, from, to } of renamed)
    add(table ?? from, { sign: '~', text: table === null ? `→ ${to}` : `${from} → ${to}` })
  for (const item of differences) add(item.table ?? item.name, partOf(item, columns))
  return groups
}

function partOf(item: Difference, columns: SchemaChanges['columns']): Part {
  const { sign, kind, name, table, type } = item
  const short = table !== undefined && name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name
  const own = table === undefined ? kind : kind === 'column' ? short : `${kind} ${short}`
  if (sign === '~') return changedPart(item, own)
  const typed = type === undefined ? own : `${own} ${shortTypes(type)}`
  if (sign === '-') return { sign, text: `${typed}${lossOf(kind)}` }
  const count = kind === 'table' ? columns[name] : undefined
  return { sign, text: count === undefined ? typed : `${typed}, ${counted(count, 'column')}` }
}

function lossOf(kind: string): string {
  if (kind === 'column') return '   its values are lost'
  return kind === 'table' ? '   its rows are lost' : ''
}

function changedPart({ sign, kind, traits }: Difference, own: string): Part {
  const type = kind === 'column' ? traits.find(({ trait }) => trait === 'type') : undefined
  if (type?.left == null || type.right === null)
    return { sign, text: `${own} (${traits.map(({ trait }) => trait).join(', ')})` }
  const others = traits.filter((one) => one !== type).map(({ trait }) => trait)
  const more = others.length === 0 ? '' : ` (${others.join(', ')})`
  return {
    sign,
    text: `${own} ${shortTypes(type.right)} → ${shortTypes(type.left)}${more}`,
    remark: `${typeChangeText(typeChange(type.right, type.left))}.`.replace(/^./, (first) => first.toUpperCase()),
  }
}
