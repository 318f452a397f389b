import { resolve } from 'node:path'
import type { Catalog } from '../../../core/schema/catalog.ts'
import { dbmlOf } from '../../../core/schema/dbml.ts'
import { drawnTables, relationsOf } from '../../../core/schema/relations.ts'
import { mermaidOf } from '../../../diagram/mermaid.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { writeText } from '../../../project/text-file.ts'
import type { Context } from '../../shared/context.ts'
import { readLive } from '../../shared/read-live-catalog.ts'
import type { DiagramResult } from '../../shared/schema-results.ts'

/** The tables of the environment's database, as DBML or as a picture; into a file where one is named. */
export async function diagram(
  context: Context,
  { format, output }: { format: DiagramResult['format']; output: string | null },
): Promise<DiagramResult> {
  const { server, catalog } = await readLive(context, async () => null)
  const tables = drawnTables(catalog)
  context.progress(`drawing ${tables.length} tables`)
  const text = await draw(catalog, format, server.database)
  if (output !== null) await writeText(resolve(output), output, text, true)
  const counts = { tables: tables.length, foreignKeys: relationsOf(tables).length }
  return {
    kind: 'diagram',
    database: placeOf(server),
    format,
    ...counts,
    path: output,
    text: output === null ? text : null,
  }
}

async function draw(catalog: Catalog, format: DiagramResult['format'], title: string): Promise<string> {
  if (format === 'dbml') return dbmlOf(catalog)
  if (format === 'mermaid') return mermaidOf(catalog)
  const { pictureOf } = await import('../../../diagram/picture/picture.ts')
  const { layOut } = await import('../../../diagram/layout.ts')
  const picture = pictureOf(catalog)
  const layout = await layOut(picture)
  if (format === 'svg') return (await import('../../../diagram/picture/svg.ts')).svgOf(picture, layout, title)
  return (await import('../../../diagram/picture/page.ts')).pageOf(picture, layout, title)
}
