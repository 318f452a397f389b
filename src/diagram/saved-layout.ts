import { z } from 'zod'
import { keyOf } from '../core/sql/qualified-name.ts'
import { linksToHubs } from './arrangement.ts'
import { layOut, stubOf } from './layout.ts'
import { type Box, type Edge, type Layout, linkKey, type Picture, type Point } from './picture/picture.ts'

const point = z.object({ x: z.number(), y: z.number() })
const saved = z.object({
  tables: z.array(point.extend({ key: z.string(), moved: z.boolean() })),
  links: z.array(z.object({ key: z.string(), route: z.array(point) })),
})

/** What a page that a person arranged and saved says of its tables and lines, by their keys. */
export interface SavedLayout {
  readonly places: ReadonlyMap<string, Point & { readonly moved: boolean }>
  readonly routes: ReadonlyMap<string, readonly Point[]>
}

/** Null for a page in which nobody moved a table, and for any other text. */
export function savedLayoutOf(page: string): SavedLayout | null {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page) ?? []
  const read = saved.safeParse(parsed(json ?? ''))
  if (!read.success || !read.data.tables.some(({ moved }) => moved)) return null
  const { tables, links } = read.data
  return {
    places: new Map(tables.map(({ key, x, y, moved }) => [key, { x, y, moved }])),
    routes: new Map(links.map(({ key, route }) => [key, route])),
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const belowTheOthers = 60

/** Tables stay where they were saved; new ones stand below them. */
export async function layOutAsSaved(picture: Picture, { places: kept, routes: drawn }: SavedLayout): Promise<Layout> {
  const isNew = ({ table }: Box) => !kept.has(keyOf(table))
  const named = linksToHubs(picture)
  const ofNew = picture.links.filter((link) => isNew(link.child) && (isNew(link.parent) || named.has(link)))
  const fresh = await layOut(
    { ...picture, boxes: picture.boxes.filter(isNew), links: ofNew },
    new Set(ofNew.filter((link) => named.has(link))),
  )
  const old = picture.boxes.filter((box) => !isNew(box))
  const placeOf = ({ table }: Box) => kept.get(keyOf(table)) ?? { x: 0, y: 0, moved: false }
  const bottom = Math.max(0, ...old.map((box) => placeOf(box).y + box.height + belowTheOthers))
  const down = ({ x, y }: Point) => ({ x, y: y + bottom })
  const places = new Map([
    ...old.map((box) => [box.id, placeOf(box)] as const),
    ...[...fresh.places].map(([id, place]) => [id, down(place)] as const),
  ])
  const routes = new Map([...fresh.routes].map(([id, route]) => [id, route.map(down)] as const))
  const unrouted = new Set<Edge>()
  for (const link of picture.links.filter(({ id }) => !routes.has(id))) {
    const route = drawn.get(linkKey(link)) ?? []
    const [child, parent] = [places.get(link.child.id), places.get(link.parent.id)]
    if (named.has(link)) routes.set(link.id, stubOf(link, places))
    else if (child && parent && isStillRight(route, link, child, parent))
      routes.set(
        link.id,
        route.map((at) => ({ ...at })),
      )
    else unrouted.add(link)
  }
  return {
    width: Math.max(fresh.width, ...old.map((box) => placeOf(box).x + box.width)),
    height: bottom + fresh.height,
    ...{ places, routes, unrouted, named },
    moved: new Set(old.filter((box) => placeOf(box).moved)),
  }
}

/** Whether a line begins at the row of its column and ends at the table that it refers to. */
function isStillRight(route: readonly Point[], { child, parent, from }: Edge, at: Point, to: Point): boolean {
  const [start, end] = [route[0], route.at(-1)]
  if (start === undefined || end === undefined) return false
  const isAtSide = (x: number, left: number, { width }: Box) => Math.abs(x - left) < 1 || Math.abs(x - left - width) < 1
  return (
    Math.abs(start.y - at.y - from) < rowTolerance &&
    isAtSide(start.x, at.x, child) &&
    isAtSide(end.x, to.x, parent) &&
    end.y > to.y &&
    end.y < to.y + parent.height
  )
}

/** Lines that begin at one row keep some pixels of distance. */
const rowTolerance = 9
