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
    childEnd(start, second.x >= start.x ? 1 : -1, isOne) +
    (isNamed ? hubName(link, end) : parentEnd(end, beforeEnd.x >= end.x ? 1 : -1, isOptional))
  return `<g class="link" id="${link.id}" data-child="${link.child.id}" data-parent="${link.parent.id}"><title>${escaped(aboutOf(link))}</title><path class="reach" d="${path}"/><path class="line" d="${path}"/>${ends}</g>`
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

/** `out` is 1 where the line leaves to the right, -1 where it leaves to the left. */
function childEnd({ x, y }: Point, out: number, isOne: boolean): string {
  const foot = isOne ? bar(x + 9 * out, y) : line(`M${x} ${y - 6}L${x + 12 * out} ${y}L${x} ${y + 6}`)
  return foot + ring(x + 17 * out, y)
}

function parentEnd({ x, y }: Point, out: number, isOptional: boolean): string {
  return bar(x + 8 * out, y) + (isOptional ? ring(x + 14 * out, y) : bar(x + 12 * out, y))
}

const line = (d: string) => `<path class="line" d="${d}"/>`
const bar = (x: number, y: number) => line(`M${round(x)} ${round(y - 5)}v10`)
const ring = (x: number, y: number) => `<circle class="hollow" cx="${round(x)}" cy="${round(y)}" r="4"/>`

/** Where the hub stands is shown by its name and colour. */
function hubName({ parent }: Edge, { x, y }: Point): string {
  return `<circle class="${hueOf(parent.hue)}" cx="${round(x + 3)}" cy="${round(y)}" r="3"/><text class="hub" x="${round(x + 10)}" y="${round(y + 4)}">${escaped(parent.title)}</text>`
}
