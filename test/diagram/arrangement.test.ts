import { describe, expect, test } from 'vitest'
import type { Table } from '../../src/core/schema/catalog.ts'
import { keyOf } from '../../src/core/sql/qualified-name.ts'
import { arrange, linksToHubs } from '../../src/diagram/arrangement.ts'
import { layOut } from '../../src/diagram/layout.ts'
import { type Picture, pictureOf } from '../../src/diagram/picture/picture.ts'
import { layOutAsSaved, savedLayoutOf } from '../../src/diagram/saved-layout.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../helpers/catalog.ts'

/** Tables by name with those that they refer to. */
function pictured(references: Record<string, string[]>): Picture {
  const tables = Object.entries(references).map(([name, parents]): Table => {
    const columns = [columnOf('id', 'bigint'), ...parents.map((parent) => columnOf(`${parent}_id`, 'bigint'))]
    const constraints = parents.map((parent) =>
      constraintOf('foreign key', `${name}_${parent}`, '', {
        columns: [`${parent}_id`],
        references: { schema: 'public', table: parent, columns: ['id'], onDelete: 'no action', onUpdate: 'no action' },
      }),
    )
    return tableOf(name, columns, { constraints })
  })
  return pictureOf(catalogOf({ tables }))
}

const named = (prefix: string, count: number, parents: string[]) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, parents]))

describe('arrangement', () => {
  test('children of one table stand on both of its sides', () => {
    const picture = pictured({ users: [], ...named('child', 6, ['users']) })
    const [group] = arrange(picture, new Set()).groups
    expect(group?.flipped.size).toBe(3)
  })

  test('what hangs on a child goes to the side of that child', () => {
    const picture = pictured({ users: [], ...named('child', 4, ['users']), ...named('grandchild', 1, ['child0']) })
    const [group] = arrange(picture, new Set()).groups
    const flipped = (child: string) => [...(group?.flipped ?? [])].some((link) => link.child.title === child)
    expect(flipped('grandchild0')).toBe(flipped('child0'))
  })

  test('references to a table that very many refer to are drawn by its name, in a large picture alone', () => {
    expect(linksToHubs(pictured({ users: [], ...named('child', 40, ['users']) })).size).toBe(40)
    expect(linksToHubs(pictured({ users: [], ...named('child', 12, ['users']) })).size).toBe(0)
  })

  test('tables without lines stand in a block with those of their kind', () => {
    const picture = pictured({ users: [], ...named('child', 40, ['users']), ...named('alone', 3, []) })
    const blocks = arrange(picture, linksToHubs(picture)).blocks.map((block) => block.map(({ title }) => title))
    expect(blocks.map((block) => block.length)).toEqual([40, 4])
    expect(blocks[1]?.sort()).toEqual(['alone0', 'alone1', 'alone2', 'users'])
  })
})

describe('layout', () => {
  test('lines to one table end at places of their own', async () => {
    const picture = pictured({ users: [], ...named('child', 12, ['users']) })
    const { routes } = await layOut(picture)
    const ends = [...routes.values()].map((route) => `${route.at(-1)?.x} ${route.at(-1)?.y}`)
    expect(new Set(ends).size).toBe(12)
  })

  test('no two tables overlap, and every line touches the two tables that it joins', async () => {
    const picture = pictured({ a: [], b: ['a'], c: ['a', 'b'], d: ['d'], ...named('child', 12, ['a']), alone: [] })
    const { places, routes } = await layOut(picture)
    const boxes = picture.boxes.map((box) => ({ ...box, ...(places.get(box.id) ?? { x: Number.NaN, y: Number.NaN }) }))
    for (const one of boxes) {
      for (const other of boxes.filter((box) => box !== one && box.id > one.id)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y
        expect(apart, `${one.title} and ${other.title}`).toBe(true)
      }
    }
    for (const { id, child, parent } of picture.links) {
      const route = routes.get(id)
      const touches = (end: { x: number; y: number } | undefined, boxId: string) => {
        const box = boxes.find((one) => one.id === boxId)
        return end && box && (Math.abs(end.x - box.x) < 1 || Math.abs(end.x - box.x - box.width) < 1)
      }
      expect(touches(route?.[0], child.id), `${child.title} to ${parent.title}`).toBe(true)
      expect(touches(route?.at(-1), parent.id), `${child.title} to ${parent.title}`).toBe(true)
    }
  })
})

describe('a page that somebody arranged', () => {
  const page = (tables: object[], links: object[] = []) =>
    `<script type="application/json" id="data">${JSON.stringify({ tables, links })}</script>`
  const key = (name: string) => keyOf({ schema: 'public', name })

  test('keeps every table where it was saved, and puts new ones below', async () => {
    const picture = pictured({ users: [], orders: ['users'], notes: ['users'] })
    const saved = savedLayoutOf(
      page([
        { key: key('users'), x: 500, y: 40, moved: true },
        { key: key('orders'), x: 10, y: 20, moved: false },
      ]),
    )
    if (saved === null) throw new Error('nothing was read')
    const { places, unrouted, moved } = await layOutAsSaved(picture, saved)
    const at = (title: string) => places.get(picture.boxes.find((box) => box.title === title)?.id ?? '')
    expect(at('users')).toMatchObject({ x: 500, y: 40 })
    expect(at('orders')).toMatchObject({ x: 10, y: 20 })
    expect(at('notes')?.y).toBeGreaterThan(100)
    expect([...moved].map(({ title }) => title)).toEqual(['users'])
    expect(unrouted.size).toBe(2)
  })

  test('is none where nobody moved a table, and neither is any other text', () => {
    expect(savedLayoutOf(page([{ key: key('users'), x: 0, y: 0, moved: false }]))).toBeNull()
    expect(savedLayoutOf('<html></html>')).toBeNull()
    expect(savedLayoutOf('<script type="application/json" id="data">{"tables": 1}</script>')).toBeNull()
  })
})
