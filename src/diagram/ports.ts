import type { ElkPort } from 'elkjs/lib/elk-api.js'
import type { JoinedTables } from './arrangement.ts'
import { type Box, type Edge, headHeight, rowHeight } from './picture/picture.ts'

type End = 'child' | 'parent'

/** The distance, in pixels, between lines that end at one row, and how many of them have room there. */
const apart = 5
const mostAtARow = 6

/** A line leaves its child at the right and reaches its parent at the left, or the other way round; one to the same table comes back. */
export function isAtRight(link: Edge, end: End, isFlipped: boolean): boolean {
  return link.child === link.parent || (end === 'child') !== isFlipped
}

/**
 * Where the lines of a group touch its boxes: each at a port of its own, so that lines to one table can be told apart.
 * `tails` is what each box is wider than drawn, in pixels.
 */
export function portsOf({ links, flipped }: JoinedTables, tails: ReadonlyMap<Box, number>): Map<Box, ElkPort[]> {
  const ports = new Map<Box, ElkPort[]>()
  for (const link of links) {
    for (const end of ['child', 'parent'] as const) {
      const box = link[end]
      const right = isAtRight(link, end, flipped.has(link))
      const beside = links.filter((other) => {
        return (
          other[end] === box && other[at(end)] === link[at(end)] && isAtRight(other, end, flipped.has(other)) === right
        )
      })
      const port: ElkPort = {
        ...{ id: `${link.id} ${end}`, width: 0, height: 0 },
        x: right ? box.width + (tails.get(box) ?? 0) : 0,
        y: heightOf(box, link[at(end)], beside.indexOf(link) + 0.5, beside.length),
        layoutOptions: { 'elk.port.side': right ? 'EAST' : 'WEST' },
      }
      ports.set(box, [...(ports.get(box) ?? []), port])
    }
  }
  return ports
}

const at = (end: End) => (end === 'child' ? 'from' : 'to')

/** Around the middle of the row where that has room for all, otherwise along the whole box. */
function heightOf(box: Box, middle: number, place: number, count: number): number {
  if (count > mostAtARow) return headHeight / 2 + (place * (box.height - headHeight)) / count
  return middle + (place - count / 2) * Math.min(apart, (rowHeight - 4) / count)
}
