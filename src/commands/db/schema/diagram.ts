import { extname, join, resolve } from 'node:path'
import { NselfError } from '../../../core/errors.ts'
import type { Catalog } from '../../../core/schema/catalog.ts'
import { dbmlOf } from '../../../core/schema/dbml.ts'
import type { DesignGroup } from '../../../core/schema/design.ts'
import { drawnTables, relationsOf } from '../../../core/schema/relations.ts'
import { mermaidOf } from '../../../diagram/mermaid.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { pathKind } from '../../../project/path-kind.ts'
import { readWritten, writeText } from '../../../project/text-file.ts'
import type { Context } from '../../shared/context.ts'
import { readDesign } from '../../shared/read-design.ts'
import { readLive } from '../../shared/read-live-catalog.ts'
import type { DiagramFormat, DiagramResult } from '../../shared/schema-results.ts'

interface DiagramOptions {
  /** Null: as the output file is called. */
  readonly format: DiagramFormat | null
  /** The file to write, or to compare with; null for standard output. */
  readonly output: string | null
  /** Compares the file with what would be written, and writes nothing. */
  readonly check: boolean
}

const formatOf: Readonly<Record<string, DiagramFormat>> = {
  '.html': 'html',
  '.svg': 'svg',
  '.md': 'markdown',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
}

/**
 * The tables of the environment's database, as DBML or as a picture; into a file where one is named.
 * @throws NselfError `usage` for a check without a file, and a file that cannot be written or read.
 */
export async function diagram(context: Context, options: DiagramOptions): Promise<DiagramResult> {
  const { output, check } = options
  if (check && output === null) {
    throw new NselfError('usage', '--check needs the file to compare with', {
      hint: 'name it: nself db schema diagram --check --output docs/schema.md',
    })
  }
  const format = options.format ?? formatOf[extname(output ?? '').toLowerCase()] ?? 'dbml'
  const { server, catalog } = await readLive(context, async () => null)
  const tables = drawnTables(catalog)
  context.progress(`drawing ${tables.length} tables`)
  const written = output === null ? null : readWritten(resolve(output), output)
  const text = await draw(context, catalog, format, { title: server.database, written })
  if (output !== null && !check) await writeText(resolve(output), output, text, true)
  return {
    kind: 'diagram',
    database: placeOf(server),
    format,
    ...{ tables: tables.length, foreignKeys: relationsOf(tables).length },
    path: output,
    freshness: check ? freshnessOf(written, text) : null,
    text: output === null ? text : null,
  }
}

function freshnessOf(written: string | null, text: string): DiagramResult['freshness'] {
  if (written === null) return 'missing'
  return written.replaceAll('\r\n', '\n') === text ? 'fresh' : 'stale'
}

interface Drawing {
  readonly title: string
  /** What the file that is to be written holds now. */
  readonly written: string | null
}

async function draw(context: Context, catalog: Catalog, format: DiagramFormat, { title, written }: Drawing) {
  if (format === 'dbml') return dbmlOf(catalog)
  if (format === 'mermaid') return mermaidOf(catalog)
  if (format === 'markdown') return `# ${title}\n\n\`\`\`mermaid\n${mermaidOf(catalog)}\`\`\`\n`
  const { pictureOf } = await import('../../../diagram/picture/picture.ts')
  const { layOut } = await import('../../../diagram/layout.ts')
  const picture = pictureOf(catalog, await groupsOfDesign(context))
  if (format === 'svg') {
    return (await import('../../../diagram/picture/svg.ts')).svgOf(picture, await layOut(picture), title)
  }
  const { layOutAsSaved, savedLayoutOf } = await import('../../../diagram/saved-layout.ts')
  const saved = savedLayoutOf(written ?? '')
  const layout = await (saved === null ? layOut(picture) : layOutAsSaved(picture, saved))
  return (await import('../../../diagram/picture/page.ts')).pageOf(picture, layout, title)
}

/** The table groups of the project's design, if it has one. */
async function groupsOfDesign({ settings, tell }: Context): Promise<readonly DesignGroup[]> {
  if ((await pathKind(join(settings.root, 'schema.dbml'))) !== 'file') return []
  try {
    return (await readDesign('schema.dbml', settings.root)).groups
  } catch (error) {
    if (!(error instanceof NselfError)) throw error
    tell(`schema.dbml is invalid, so its table groups are not shown: ${error.message}`)
    return []
  }
}
