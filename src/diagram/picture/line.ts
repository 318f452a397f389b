import type { Edge, Point } from './picture.ts'
import { hueOf } from './style.ts'
import { escaped, round } from './xml.ts'

const corner = 7

/** A foreign key: its line, a crow's foot where many may be, a ring where none need be, and bars for one. */
export function lineOf(link: Edge, route: readonly Point[], isNamed: boolean): string {
  const [start, second] = route
  const [end, beforeEnd] = [route.at(-1), route.at(-2)]
  if (!start || !second || !end || !beforeEnd) return ''
  const { isOne, isOptional } = link.relation
  const path = rounded(route)
  const ends =
    endAt('child', start, second.x >= start.x, childEnd(isOne)) +
    (isNamed ? hubName(link, end) : endAt('parent', end, beforeEnd.x >= end.x, parentEnd(isOptional)))
  return `<g class="link" id="${link.id}" data-child="${link.child.id}" data-parent="${link.parent.id}"><title>${escaped(aboutOf(link))}</title><path class="reach" d="${path}"/><path class="line route" d="${path}"/>${ends}</g>`
}

function aboutOf({ relation, child, parent }: Edge): string {
  const { columns, references, isOne, isOptional, name } = relation
  const side = (title: string, names: readonly string[]) => `${title} (${names.join(', ')})`
  const rules = [
    ...(references.onDelete === 'no action' ? [] : [`on delete ${references.onDelete}`]),
    ...(references.onUpdate === 'no action' ? [] : [`on update ${references.onUpdate}`]),
  ]
  const counts = `${isOne ? 'none or one' : 'any number'} to ${isOptional ? 'none or one' : 'exactly one'}`
  return [`${side(child.title, columns)} → ${side(parent.title, references.columns)}`, counts, name, ...rules].join(
    '\n',
  )
}

/** Right angles, their corners rounded. */
function rounded(route: readonly Point[]): string {
  return route
    .map((at, i) => {
      const [before, after] = [route[i - 1], route[i + 1]]
      if (before === undefined) return `M${round(at.x)} ${round(at.y)}`
      if (after === undefined) return `L${round(at.x)} ${round(at.y)}`
      const [start, end] = [towards(at, before), towards(at, after)]
      return `L${round(start.x)} ${round(start.y)}Q${round(at.x)} ${round(at.y)} ${round(end.x)} ${round(end.y)}`
    })
    .join('')
}

/** A point so near to a corner that its rounding can begin there. */
function towards(from: Point, to: Point): Point {
  const distance = Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
  const part = distance === 0 ? 0 : Math.min(corner, distance / 2) / distance
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

/** An end is drawn as one that leaves to the right, and turned round where its line leaves to the left. */
function endAt(end: 'child' | 'parent', { x, y }: Point, isToRight: boolean, drawn: string): string {
  return `<g class="end ${end}" transform="translate(${round(x)} ${round(y)})${isToRight ? '' : ' scale(-1 1)'}">${drawn}</g>`
}

const childEnd = (isOne: boolean) => (isOne ? bar(9) : line('M0 -6L12 0L0 6')) + ring(17)
const parentEnd = (isOptional: boolean) => bar(8) + (isOptional ? ring(14) : bar(12))

const line = (d: string) => `<path class="line" d="${d}"/>`
const bar = (x: number) => line(`M${x} -5v10`)
const ring = (x: number) => `<circle class="hollow" cx="${x}" cy="0" r="4"/>`

/** Where the hub stands is shown by its name and colour. */
function hubName({ parent }: Edge, { x, y }: Point): string {
  return `<circle class="${hueOf(parent.hue)}" cx="${round(x + 3)}" cy="${round(y)}" r="3"/><text class="hub" x="${round(x + 10)}" y="${round(y + 4)}">${escaped(parent.title)}</text>`
}
