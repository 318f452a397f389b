import { counted } from '../../core/quantities.ts'
import type { Table } from '../../core/schema/catalog.ts'
import { shortType } from '../../core/schema/dbml-text.ts'
import { keysOf } from '../../core/schema/relations.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import pageCss from './page.css' with { type: 'text' }
import script from './page-script.js' with { type: 'text' }
import { type Box, type Edge, type Layout, linkKey, type Picture, type Point } from './picture.ts'
import { hueOf, pageStyle } from './style.ts'
import { drawing } from './svg.ts'
import { escaped, round } from './xml.ts'

/** A picture as a page of its own, which asks nothing of any network: to move in, zoom, search and click. */
export function pageOf(picture: Picture, layout: Layout, title: string): string {
  const counts = `${counted(picture.boxes.length, 'table')} · ${counted(picture.links.length, 'foreign key')}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>
${pageStyle}
${pageCss}</style>
</head>
<body class="erd" data-scheme="auto">
<svg aria-label="${escaped(title)}"><g id="world">
${drawing(picture, layout, fromAfar)}
</g></svg>
<header>
<strong title="${escaped(title)}">${escaped(title)}</strong> <small>${counts}</small>
<input type="search" placeholder="Search (/)" aria-label="Search tables and columns"> <small id="found" role="status"></small>
<button data-does="out" title="Zoom out (-)">−</button>
<button data-does="in" title="Zoom in (+)">+</button>
<button data-does="fit" title="Show everything (0)">Fit</button>
<button data-does="save" title="Save this page with the tables where you put them" hidden>Save</button>
<button data-does="scheme" title="Colours: auto">◐</button>
</header>
<aside hidden></aside>
<script type="application/json" id="data">${asJson(picture, layout)}</script>
<script>
${script}</script>
</body>
</html>
`
}

/** What is seen of a table where its columns are too small to be read. */
function fromAfar({ title, width, height, hue }: Box): string {
  const fitting = (lines: readonly string[]) =>
    Math.min(width / (0.74 * Math.max(...lines.map((line) => line.length))), (0.8 * height) / lines.length, 46)
  const words = title.split(/(?<=[_.])/)
  const lines = fitting(words) > fitting([title]) ? words : [title]
  const [size, middle] = [fitting(lines), width / 2]
  const texts = lines.map((line, i) => {
    const y = height / 2 + (i - (lines.length - 1) / 2) * size
    return `<tspan x="${middle}" y="${y.toFixed(1)}">${escaped(line)}</tspan>`
  })
  return `<rect class="far-back ${hueOf(hue)}" width="${width}" height="${height}" rx="6"/><text class="far" font-size="${size.toFixed(1)}">${texts.join('')}</text>`
}

/** What the script needs to know; a `<` in it must not end its element. */
function asJson({ boxes, links }: Picture, layout: Layout): string {
  const data = {
    tables: boxes.map((box) => tableData(box, layout)),
    links: links.map((link) => linkData(link, layout)),
  }
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

function tableData(box: Box, { places, moved }: Layout) {
  const { id, table, title, width, height } = box
  const columns = table.columns.map(({ name, type, notNull, comment }) => {
    return { name, keys: keyWords(table, name), about: shortType(type) + (notNull ? '' : ', may be null'), comment }
  })
  const place = places.get(id) ?? { x: 0, y: 0 }
  const about = { id, key: keyOf(table), name: title, comment: table.comment }
  return { ...about, ...rounded(place), width, height, moved: moved.has(box), columns }
}

function linkData(link: Edge, { routes, named, unrouted }: Layout) {
  const { id, child, parent, from, to, relation } = link
  return {
    ...{ id, key: linkKey(link), child: child.id, parent: parent.id, from, to },
    ...{ named: named.has(link), unrouted: unrouted.has(link) },
    route: (routes.get(id) ?? []).map(rounded),
    about: `${relation.columns.join(', ')} → ${relation.references.columns.join(', ')}`,
  }
}

/** The part of a column in the keys of its table, as the boxes mark it. */
function keyWords(table: Table, column: string): string[] {
  const { primary, foreign, unique } = keysOf(table, column)
  return [...(primary ? ['PK'] : []), ...(foreign ? ['FK'] : []), ...(unique && !primary ? ['unique'] : [])]
}

const rounded = ({ x, y }: Point): Point => ({ x: round(x), y: round(y) })
