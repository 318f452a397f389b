import type { Box, Edge, Picture } from './picture/picture.ts'

/** What stands together, and how, before anything has a place. */
export interface Arrangement {
  /** Tables that lines connect, the largest group first. */
  readonly groups: readonly JoinedTables[]
  /** Tables without a line of their own, those that belong together in one block. */
  readonly blocks: readonly (readonly Box[])[]
}

export interface JoinedTables {
  readonly boxes: readonly Box[]
  readonly links: readonly Edge[]
  /** Lines whose child stands to the right of its parent. */
  readonly flipped: ReadonlySet<Edge>
}

/** From how many references on a table is a hub, in a picture of how many tables: lines to it cannot be followed any more. */
const hub = { children: 8, tables: 30 }
/** From how many references on a table has them on both of its sides. */
const fewestOnTwoSides = 4

/** @param named foreign keys that are drawn as a name, and connect nothing. */
export function arrange({ boxes, links }: Picture, named: ReadonlySet<Edge>): Arrangement {
  const drawn = links.filter((link) => !named.has(link))
  const linked = new Set(drawn.flatMap(({ child, parent }) => [child, parent]))
  const groups = connected(boxes, drawn)
    .filter(([first]) => first !== undefined && linked.has(first))
    .map((part): JoinedTables => {
      const members = new Set(part)
      const own = drawn.filter(({ child }) => members.has(child))
      return { boxes: part, links: own, flipped: flippedLinks(part, own) }
    })
  const alone = boxes.filter((box) => !linked.has(box))
  return { groups, blocks: blocksOf(alone, named) }
}

/** Foreign keys to a hub, which are drawn as a short line with the hub's name. */
export function linksToHubs({ boxes, links }: Picture): Set<Edge> {
  if (boxes.length < hub.tables) return new Set()
  const children = new Map<Box, Set<Box>>()
  for (const { child, parent } of links) {
    if (child !== parent) children.set(parent, (children.get(parent) ?? new Set()).add(child))
  }
  return new Set(links.filter(({ parent, child }) => child !== parent && isHub(children.get(parent))))
}

const isHub = (children: ReadonlySet<Box> | undefined) => (children?.size ?? 0) >= hub.children

/** Boxes that lines connect, the largest part first. */
function connected(boxes: readonly Box[], links: readonly Edge[]): Box[][] {
  const partOf = new Map(boxes.map((box) => [box, [box]]))
  for (const { child, parent } of links) {
    const [one, other] = [partOf.get(child), partOf.get(parent)]
    if (one === undefined || other === undefined || one === other) continue
    const [large, small] = one.length < other.length ? [other, one] : [one, other]
    large.push(...small)
    for (const box of small) partOf.set(box, large)
  }
  return [...new Set(partOf.values())].sort((a, b) => b.length - a.length)
}

/**
 * Children stand to the left of their parents. Where all of a group hangs on one table, that would be a tower of
 * children beside it: the parts that hang there are dealt out to both sides, by height.
 */
function flippedLinks(boxes: readonly Box[], links: readonly Edge[]): Set<Edge> {
  const flipped = new Set<Edge>()
  const centre = mostReferred(boxes, links)
  if (centre === null) return flipped
  const others = boxes.filter((box) => box !== centre)
  const away = links.filter(({ child, parent }) => child !== centre && parent !== centre)
  const height = { left: 0, right: 0 }
  for (const part of connected(others, away).sort((a, b) => heightOf(b) - heightOf(a))) {
    const members = new Set(part)
    const inside = away.filter(({ child }) => members.has(child))
    const toCentre = links.filter(({ child, parent }) => parent === centre && members.has(child))
    const fromCentre = links.filter(({ child, parent }) => child === centre && members.has(parent))
    const turned = flippedLinks(part, inside)
    const isTurnable = fromCentre.length === 0
    const side = isTurnable ? (height.left <= height.right ? 'left' : 'right') : toCentre.length > 0 ? null : 'right'
    if (side !== null) height[side] += heightOf(part)
    const isRight = isTurnable && side === 'right'
    for (const link of [...inside, ...toCentre]) if (isRight !== turned.has(link)) flipped.add(link)
  }
  return flipped
}

/** The table that most others refer to, if these are many. */
function mostReferred(boxes: readonly Box[], links: readonly Edge[]): Box | null {
  const counts = boxes.map((box) => {
    const children = new Set(
      links.filter(({ child, parent }) => parent === box && child !== box).map((one) => one.child),
    )
    return { box, count: children.size }
  })
  const most = counts.reduce<{ box: Box | null; count: number }>((a, b) => (b.count > a.count ? b : a), {
    box: null,
    count: fewestOnTwoSides - 1,
  })
  return most.box
}

const heightOf = (part: readonly Box[]) => part.reduce((sum, { height }) => sum + height, 0)

/** Those that refer to the same hubs stand together, and those of a schema that refer to nothing. */
function blocksOf(boxes: readonly Box[], named: ReadonlySet<Edge>): Box[][] {
  const blocks = new Map<string, Box[]>()
  for (const box of boxes) {
    const hubs = [...named].filter(({ child }) => child === box).map(({ parent }) => parent.id)
    const key = JSON.stringify([box.hue, hubs.sort()])
    blocks.set(key, [...(blocks.get(key) ?? []), box])
  }
  return [...blocks.values()].sort((a, b) => b.length - a.length)
}
