import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import { arrange, type JoinedTables, linksToHubs } from './arrangement.ts'
import { type Box, columnsOfText, type Edge, type Layout, type Picture, type Point } from './picture/picture.ts'
import { isAtRight, portsOf } from './ports.ts'

/** Children stand to the left of their parents; lines run in right angles, with room for the feet at their ends. */
const ofGroup = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.separateConnectedComponents': 'false',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  // The one that keeps a hundred tables together: half the height of the default.
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '64',
  'elk.layered.spacing.edgeNodeBetweenLayers': '30',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
}

/** Less tidy, in a fraction of the time: in a large picture people search for a table. */
const ofLargeGroup = {
  ...ofGroup,
  'elk.layered.nodePlacement.strategy': 'SIMPLE',
  'elk.layered.compaction.postCompaction.strategy': 'NONE',
}

const large = 150

/** Groups of tables that have nothing to do with each other are packed into a page of the usual shape. */
const ofPage = {
  'elk.algorithm': 'rectpacking',
  'elk.aspectRatio': '1.6',
  'elk.spacing.nodeNode': '48',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
}

/** Tables without lines, with room at their right for the names of hubs. */
const ofBlock = { ...ofPage, 'elk.spacing.nodeNode': '28' }

/** How far the short line to a hub reaches; its name follows. */
const stub = 26
const ofCharacter = 7

/** Places the boxes and routes the lines between them; those to a hub are `named`. */
export async function layOut(picture: Picture, named: ReadonlySet<Edge> = linksToHubs(picture)): Promise<Layout> {
  const { default: Elk } = (await import('elkjs/lib/elk.bundled.js')).default
  const { groups, blocks } = arrange(picture, named)
  const tails = tailsOf(named)
  const page: ElkNode = {
    id: 'page',
    layoutOptions: ofPage,
    children: [
      ...groups.map((group, i) => groupNode(group, `g${i}`, tails)),
      ...blocks.map((boxes, i) => ({
        id: `b${i}`,
        layoutOptions: ofBlock,
        children: boxes.map((box) => nodeOf(box, tails)),
      })),
    ],
  }
  const placed: ElkNode = await new Elk().layout(page)
  const places = new Map<string, Point>()
  const routes = new Map<string, Point[]>()
  for (const { x: left = 0, y: top = 0, children = [], edges = [] } of placed.children ?? []) {
    for (const { id, x = 0, y = 0 } of children) places.set(id, { x: left + x, y: top + y })
    for (const edge of edges)
      routes.set(
        edge.id,
        routeOf(edge).map(({ x, y }) => ({ x: left + x, y: top + y })),
      )
  }
  for (const { links, flipped } of groups) {
    for (const link of links) routes.set(link.id, toBoxes(link, routes.get(link.id) ?? [], flipped.has(link), places))
  }
  for (const link of named) routes.set(link.id, stubOf(link, places))
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    places,
    routes,
    named,
    moved: new Set(),
    unrouted: new Set(),
  }
}

/** The room that names of hubs take at the right of a box. */
function tailsOf(named: ReadonlySet<Edge>): Map<Box, number> {
  const tails = new Map<Box, number>()
  for (const { child, parent } of named) {
    tails.set(child, Math.max(tails.get(child) ?? 0, stub + 8 + columnsOfText(parent.title) * ofCharacter))
  }
  return tails
}

const nodeOf = (box: Box, tails: ReadonlyMap<Box, number>): ElkNode => {
  return { id: box.id, width: box.width + (tails.get(box) ?? 0), height: box.height }
}

function groupNode(group: JoinedTables, id: string, tails: ReadonlyMap<Box, number>): ElkNode {
  const { boxes, links } = group
  const ports = portsOf(group, tails)
  const children = boxes.map((box): ElkNode => {
    return { ...nodeOf(box, tails), ports: ports.get(box) ?? [], layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } }
  })
  const edges = links.map((link) => edgeOf(link, group.flipped.has(link)))
  return { id, layoutOptions: boxes.length > large ? ofLargeGroup : ofGroup, children, edges }
}

/** A line runs from left to right, whichever of its ends stands there. */
function edgeOf({ id }: Edge, isFlipped: boolean): ElkExtendedEdge {
  const [source, target] = isFlipped ? [`${id} parent`, `${id} child`] : [`${id} child`, `${id} parent`]
  return { id, sources: [source], targets: [target] }
}

function routeOf({ sections }: ElkExtendedEdge): Point[] {
  return (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ])
}

/** The route from child to parent, up to the boxes themselves: room that names of hubs take is no part of them. */
function toBoxes(link: Edge, route: Point[], isFlipped: boolean, places: ReadonlyMap<string, Point>): Point[] {
  const points = isFlipped ? route.toReversed() : route
  return points.map((point, i) => {
    const end = i === 0 ? 'child' : i === points.length - 1 ? 'parent' : null
    if (end === null || !isAtRight(link, end, isFlipped)) return point
    return { x: (places.get(link[end].id)?.x ?? 0) + link[end].width, y: point.y }
  })
}

/** The beginning of a line to a hub that stands elsewhere. */
export function stubOf({ child, from }: Edge, places: ReadonlyMap<string, Point>): Point[] {
  const { x, y } = places.get(child.id) ?? { x: 0, y: 0 }
  const start = { x: x + child.width, y: y + from }
  return [start, { x: start.x + stub, y: start.y }]
}
