import { expect, test } from 'vitest'
import { mermaidOf } from '../../../src/diagram/mermaid.ts'
import { type Box, type Edge, pictureOf } from '../../../src/diagram/picture/picture.ts'
import { svgOf } from '../../../src/diagram/picture/svg.ts'
import { catalogOf, columnOf, constraintOf, tableOf } from '../../helpers/catalog.ts'

const nowhere = {
  width: 0,
  height: 0,
  places: new Map(),
  routes: new Map(),
  named: new Set<Edge>(),
  moved: new Set<Box>(),
  unrouted: new Set<Edge>(),
}
const wide = tableOf(
  'wide',
  Array.from({ length: 40 }, (_, i) => columnOf(`c${i}`, 'text')),
  { constraints: [constraintOf('primary key', 'wide_pkey', 'PRIMARY KEY (c39)', { columns: ['c39'] })] },
)

test('a long table shows its keys and says how many columns it does not show', () => {
  const picture = pictureOf(catalogOf({ tables: [wide] }))
  expect(picture.boxes[0]?.rows.map((row) => row.name)).toEqual([
    ...Array.from({ length: 22 }, (_, i) => `c${i}`),
    'c39',
  ])
  expect(picture.boxes[0]?.hidden).toHaveLength(17)
  expect(svgOf(picture, nowhere, 'x')).toContain('… 17 more')
})

test('a long name is cut with a sign of it, and whole in its tooltip', () => {
  const name = 'a_name_that_is_far_longer_than_anybody_would_like_it_to_be'
  const svg = svgOf(pictureOf(catalogOf({ tables: [tableOf(name, [columnOf(name, 'text')])] })), nowhere, 'x')
  expect(svg).toContain('>a_name_that_is_far_longer_tha…<')
  expect(svg).toContain(`<title>${name} text</title>`)
})

test('whatever names hold, the SVG stays XML', () => {
  const odd = `<b>&"'\u0001\ud800`
  const svg = svgOf(
    pictureOf(catalogOf({ tables: [tableOf(odd, [columnOf(odd, odd, { comment: odd })])] })),
    nowhere,
    odd,
  )
  expect(svg).toContain('&#60;b&#62;&#38;&#34;&#39;\uFFFD\uFFFD')
  expect(svg).not.toContain('<b>')
})

test('Mermaid gets words that it knows, and the true names in a remark', () => {
  const table = tableOf('end', [
    columnOf('PK', 'numeric(10,2)', { notNull: true }),
    columnOf('größe "x"', 'double precision', { comment: 'in\ncm' }),
  ])
  expect(mermaidOf(catalogOf({ tables: [table] }))).toBe(`erDiagram
    "end" {
        numeric(10_2) _PK "PK; numeric(10,2)"
        double_precision gr__e__x_ "größe 'x'; double precision; may be null; in cm"
    }
`)
})
