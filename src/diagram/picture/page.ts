import { shortType } from '../../core/schema/dbml-text.ts'
import pageCss from './page.css' with { type: 'text' }
import script from './page-script.js' with { type: 'text' }
import type { Box, Layout, Picture } from './picture.ts'
import { hueOf, pageStyle } from './style.ts'
import { drawing } from './svg.ts'
import { escaped } from './xml.ts'

/** A picture as a page of its own, which asks nothing of any network: to move in, zoom, search and click. */
export function pageOf(picture: Picture, layout: Layout, title: string): string {
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  const counts = `${count(picture.boxes.length, 'table')} · ${count(picture.links.length, 'foreign key')}`
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
function asJson({ boxes, links }: Picture, { places, width, height }: Layout): string {
  const data = {
    width,
    height,
    tables: boxes.map((box) => ({
      ...{ id: box.id, name: box.title, comment: box.table.comment },
      ...places.get(box.id),
      ...{ width: box.width, height: box.height },
      columns: box.table.columns.map(({ name, type, notNull, comment }) => {
        return { name, about: shortType(type) + (notNull ? '' : ', may be null'), comment }
      }),
    })),
    links: links.map(({ id, child, parent, relation }) => ({
      ...{ id, child: child.id, parent: parent.id },
      about: `${relation.columns.join(', ')} → ${relation.references.columns.join(', ')}`,
    })),
  }
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}
