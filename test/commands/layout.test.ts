import { expect, test } from 'vitest'
import type { Table } from '../../src/core/schema/catalog.ts'
import { layOut } from '../../src/diagram/layout.ts'
import type { Layout, Picture } from '../../src/diagram/picture/picture.ts'
import { pictureOf } from '../../src/diagram/picture/picture.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../helpers/catalog.ts'

const named = (i: number) => `table_${i}`

/** Tables of which each refers to some of those before it, and some to nothing; the same every time. */
function tables(count: number): Table[] {
  return Array.from({ length: count }, (_, i) => {
    const parents =
      i % 9 === 8 ? [] : [...new Set([Math.floor(i / 2), (i * 7) % (i + 1), (i * 3) % 5])].slice(0, 1 + (i % 3))
    const columns = [
      columnOf('id', 'bigint', { notNull: true }),
      ...parents.map((parent) => columnOf(`${named(parent)}_id`, 'bigint')),
      ...Array.from({ length: i % 11 }, (_, n) => columnOf(`column_${n}`, 'timestamp with time zone')),
    ]
    return tableOf(named(i), columns, {
      constraints: parents.map((parent) => {
        const references = { schema: 'public', table: named(parent), columns: ['id'] }
        const rules = { onDelete: 'no action', onUpdate: 'no action' } as const
        return constraintOf('foreign key', `${i}_${parent}`, '', {
          columns: [`${named(parent)}_id`],
          references: { ...references, ...rules },
        })
      }),
    })
  })
}

interface Area {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const meet = (a: Area, b: Area) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

function areasOf({ boxes }: Picture, { places }: Layout): Area[] {
  return boxes.map(({ id, width, height }) => {
    const { x, y } = places.get(id) ?? { x: Number.NaN, y: Number.NaN }
    return { left: x, top: y, right: x + width, bottom: y + height }
  })
}

/** The pieces of all lines, thin. */
function piecesOf({ routes }: Layout): Area[] {
  return [...routes.values()].flatMap((route) =>
    route.slice(1).map((to, i) => {
      const from = route[i] ?? to
      return {
        left: Math.min(from.x, to.x) + 0.1,
        right: Math.max(from.x, to.x) - 0.1,
        top: Math.min(from.y, to.y) - 0.1,
        bottom: Math.max(from.y, to.y) + 0.1,
      }
    }),
  )
}

test.each([1, 5, 30, 100])('in a diagram of %i tables no two overlap, and no line runs through one', async (count) => {
  const picture = pictureOf(catalogOf({ tables: tables(count) }))
  const layout = await layOut(picture)
  const areas = areasOf(picture, layout)
  expect(areas.filter((a, i) => areas.some((b, j) => i < j && meet(a, b)))).toEqual([])
  expect(piecesOf(layout).filter((piece) => areas.some((area) => meet(piece, area)))).toEqual([])
  expect(layout.routes.size).toBe(picture.links.length)
  expect(areas.filter(({ right, bottom }) => !(right <= layout.width && bottom <= layout.height))).toEqual([])
})

test('in a diagram tables that nothing connects fill a page, not a strip', async () => {
  const lone = Array.from({ length: 60 }, (_, i) => tableOf(named(i), [columnOf('id', 'bigint')]))
  const { width, height } = await layOut(pictureOf(catalogOf({ tables: lone })))
  expect(width / height).toBeGreaterThan(0.7)
  expect(width / height).toBeLessThan(3)
})
