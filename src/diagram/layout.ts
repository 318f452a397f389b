import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js'
import type { Box, Edge, Layout, Picture, Point } from './picture/picture.ts'

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

/** Less tidy, in a fraction of the time: what is sought among so many tables is found by searching. */
const ofLargeGroup = {
  ...ofGroup,
  'elk.layered.nodePlacement.strategy': 'SIMPLE',
  'elk.layered.compaction.postCompaction.strategy': 'NONE',
}
const large = 300

/** Groups of tables that have nothing to do with each other are packed into a page of the usual shape. */
const ofPage = {
  'elk.algorithm': 'rectpacking',
  'elk.aspectRatio': '1.5',
  'elk.spacing.nodeNode': '48',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
}

/** Places the boxes and routes the lines between them. */
export async function layOut({ boxes, links }: Picture): Promise<Layout> {
  const { default: Elk } = (await import('elkjs/lib/elk.bundled.js')).default
  const groups = groupsOf(boxes, links).map((group, i): ElkNode => {
    const own = links.filter((link) => group.includes(link.child))
    const layoutOptions = group.length > large ? ofLargeGroup : ofGroup
    return { id: `g${i}`, layoutOptions, children: nodesOf(group, own), edges: own.map(edgeOf) }
  })
  const page: ElkNode = { id: 'page', layoutOptions: ofPage, children: groups }
  const placed: ElkNode = await new Elk().layout(page)
  const places = new Map<string, Point>()
  const routes = new Map<string, Point[]>()
  for (const { x: left = 0, y: top = 0, children = [], edges = [] } of placed.children ?? []) {
    for (const { id, x = 0, y = 0 } of children) places.set(id, { x: left + x, y: top + y })
    for (const edge of edges) {
      routes.set(
        edge.id,
        routeOf(edge).map(({ x, y }) => ({ x: left + x, y: top + y })),
      )
    }
  }
  return { width: placed.width ?? 0, height: placed.height ?? 0, places, routes }
}

/** Boxes that lines connect, the largest group first. */
function groupsOf(boxes: readonly Box[], links: readonly Edge[]): Box[][] {
  const groupOf = new Map(boxes.map((box) => [box, [box]]))
  for (const { child, parent } of links) {
    const [one, other] = [groupOf.get(child), groupOf.get(parent)]
    if (one === undefined || other === undefined || one === other) continue
    one.push(...other)
    for (const box of other) groupOf.set(box, one)
  }
  return [...new Set(groupOf.values())].sort((a, b) => b.length - a.length)
}

function nodesOf(boxes: readonly Box[], links: readonly Edge[]): ElkNode[] {
  return boxes.map((box) => {
    const ports = new Map(
      links
        .flatMap((link) => [
          ...(link.child === box ? [portOf(link, 'child')] : []),
          ...(link.parent === box ? [portOf(link, 'parent')] : []),
        ])
        .map((port) => [port.id, port]),
    )
    const { id, width, height } = box
    return { id, width, height, ports: [...ports.values()], layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } }
  })
}

const edgeOf = (link: Edge): ElkExtendedEdge => ({
  id: link.id,
  sources: [portOf(link, 'child').id],
  targets: [portOf(link, 'parent').id],
})

/** A line leaves its child to the right and reaches its parent from the left; one to the same table comes back. */
function portOf(link: Edge, end: 'child' | 'parent'): ElkPort {
  const right = end === 'child' || link.child === link.parent
  const y = end === 'child' ? link.from : link.to
  const id = `${link[end].id} ${right ? 'right' : 'left'} ${y}`
  const side = { 'elk.port.side': right ? 'EAST' : 'WEST' }
  return { id, x: right ? link[end].width : 0, y, width: 0, height: 0, layoutOptions: side }
}

function routeOf({ sections }: ElkExtendedEdge): Point[] {
  return (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ])
}
