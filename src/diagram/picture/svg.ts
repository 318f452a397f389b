import { counted } from '../../core/quantities.ts'
import { lineOf } from './line.ts'
import {
  type Box,
  columnsOfText,
  type Edge,
  headHeight,
  type Layout,
  type Picture,
  type Point,
  type Row,
  rowHeight,
} from './picture.ts'
import { fileStyle, hueOf } from './style.ts'
import { escaped, round } from './xml.ts'

const margin = 28
const legendLine = 22

/** A picture as a file that draws itself, in the colours that the reader's system prefers. */
export function svgOf(picture: Picture, layout: Layout, title: string): string {
  const inside = drawing(picture, layout)
  const width = Math.ceil(Math.max(layout.width + 2 * margin, 900))
  const legend = legendOf(picture, title, width - 2 * margin)
  const top = Math.ceil(layout.height + 2 * margin)
  const height = top + legend.length * legendLine
  return `<svg xmlns="http://www.w3.org/2000/svg" class="erd" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
${fileStyle}
</style>
<rect class="paper" width="${width}" height="${height}"/>
<g transform="translate(${margin} ${margin})">
${inside}
</g>
${legend.map((line, i) => `<text class="foot" x="${margin}" y="${top + i * legendLine}">${line}</text>`).join('\n')}
</svg>
`
}

/** The lines and the boxes over them, each with what else is wanted on it, for an element of class `erd`. */
export function drawing(
  { boxes, links }: Picture,
  { places, routes, named }: Layout,
  onBox: (box: Box) => string = () => '',
): string {
  return [
    ...links.map((link) => lineOf(link, routes.get(link.id) ?? straight(link, places), named.has(link))),
    ...boxes.map((box) => boxOf(box, places.get(box.id) ?? { x: 0, y: 0 }, onBox(box))),
  ].join('\n')
}

/** A line that the page routes as it is opened. */
function straight({ child, parent, from, to }: Edge, places: Layout['places']): Point[] {
  const at = (box: Box, y: number) => ({ x: places.get(box.id)?.x ?? 0, y: (places.get(box.id)?.y ?? 0) + y })
  return [at(child, from), at(parent, to)]
}

function boxOf(box: Box, { x, y }: Point, over: string): string {
  const { id, table, title, rows, hidden, width, height, hue } = box
  const about = [table.name, ...(table.comment === null ? [] : [table.comment])].join('\n')
  const top = `M0 ${headHeight}V6a6 6 0 0 1 6 -6H${width - 6}a6 6 0 0 1 6 6V${headHeight}Z`
  const more =
    hidden.length === 0
      ? ''
      : `<g><title>${escaped(hidden.map((column) => column.name).join('\n'))}</title><text class="more" x="${box.gutter}" y="${baseline(rows.length)}">… ${hidden.length} more</text></g>`
  return `<g class="box" id="${id}" transform="translate(${round(x)} ${round(y)})"><rect class="frame" width="${width}" height="${height}" rx="6"/><g><title>${escaped(about)}</title><path class="${hueOf(hue)}" d="${top}"/><text class="title" x="12" y="21">${escaped(title)}</text></g>${rows.map((row, i) => rowOf(box, row, i)).join('')}${more}${over}</g>`
}

const baseline = (row: number) => headHeight + row * rowHeight + 15

function rowOf({ width, gutter }: Box, { column, keys, name, type }: Row, i: number): string {
  const y = baseline(i)
  const stripe =
    i % 2 === 0
      ? ''
      : `<rect class="stripe" x="1" y="${headHeight + i * rowHeight}" width="${width - 2}" height="${rowHeight}"/>`
  const marks = [
    ...(keys.primary ? [['primary', 'PK']] : []),
    ...(keys.foreign ? [['foreign', 'FK']] : []),
    ...(keys.unique && !keys.primary && !keys.foreign ? [['unique', 'U']] : []),
  ].map(([kind, text], at) => `<text class="key ${kind}" x="${10 + at * 19}" y="${y - 1}">${text}</text>`)
  const about = [`${column.name} ${column.type}`, ...(column.comment === null ? [] : [column.comment])].join('\n')
  const nameClass = keys.primary ? 'name primary' : 'name'
  return `<g><title>${escaped(about)}</title>${stripe}${marks.join('')}<text class="${nameClass}" x="${gutter}" y="${y}">${escaped(name)}</text><text class="type" x="${width - 12}" y="${y}">${escaped(type)}</text></g>`
}

/** What the picture is of, what its signs mean, and its colours where it has more than one. */
function legendOf({ boxes, links, colours }: Picture, title: string, width: number): string[] {
  const text = `${title} · ${counted(boxes.length, 'table')} · ${counted(links.length, 'foreign key')}`
  const signs =
    'PK primary key · FK foreign key · U unique · ? may be null · crow’s foot: many · ring: maybe none · bars: one'
  const first = `<tspan font-weight="600">${escaped(text)}</tspan><tspan dx="24">${signs}</tspan>`
  return [first, ...(colours.length < 2 ? [] : colourLines(colours, width))]
}

/** As many to a line as there is room for. */
function colourLines(colours: readonly string[], width: number): string[] {
  const lines: { text: string; width: number }[] = []
  for (const [i, name] of colours.entries()) {
    const own = 34 + columnsOfText(name) * 7
    const item = `<tspan class="${hueOf(i)}"${lines.at(-1) ? ' dx="14"' : ''}>■</tspan><tspan dx="4">${escaped(name)}</tspan>`
    const line = lines.at(-1)
    if (line === undefined || line.width + own > width) lines.push({ text: item, width: own })
    else lines[lines.length - 1] = { text: line.text + item, width: line.width + own }
  }
  return lines.map(({ text }) => text)
}
