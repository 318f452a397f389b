import { migration, row, section, textOf } from './files.ts'
import type { SourceMigration, TableRow, Tool, ToolRow } from './tool.ts'

const form = /^([^/]+)\/(migration|down)\.sql$/

/** A folder for each migration, UP only unless somebody has put a down.sql there; _prisma_migrations with times. */
export const prisma: Tool = {
  name: 'prisma',
  tables: [
    { name: '_prisma_migrations', schema: null, has: ['migration_name', 'finished_at', 'rolled_back_at'], hasNot: [] },
  ],
  schemas: [],
  recognises: ({ names }) => {
    if (!names.some((name) => /^[^/]+\/migration\.sql$/.test(name))) return null
    if (names.some((name) => /^[^/]+\/snapshot\.json$/.test(name))) return null
    return names.includes('migration_lock.toml') ? 'certain' : 'likely'
  },
  reads: (path) => form.test(path),
  parse: (files) => {
    const downs = new Map(files.filter(({ path }) => path.endsWith('/down.sql')).map((file) => [file.path, file]))
    const migrations = files.flatMap(({ path, text }): SourceMigration[] => {
      const [, folder = '', kind] = form.exec(path) ?? []
      if (kind !== 'migration') return []
      const down = downs.get(`${folder}/down.sql`)
      const [, number = null, title = folder] = /^(\d+)_?(.*)$/.exec(folder) ?? []
      return [
        migration({
          key: folder,
          number,
          title,
          files: down === undefined ? [path] : [path, down.path],
          up: section(text),
          down: down === undefined ? null : section(down.text),
        }),
      ]
    })
    // In the order of their names, as the tool sorts them.
    return { migrations: migrations.toSorted((a, b) => (a.key < b.key ? -1 : 1)), problems: [] }
  },
  rowsOf,
}

/** One that was rolled back is not applied; one that has not finished has failed. */
function rowsOf(rows: readonly TableRow[]): ToolRow[] {
  return rows
    .filter((item) => item.rolled_back_at == null)
    .toSorted((a, b) => (textOf(a, 'started_at') < textOf(b, 'started_at') ? -1 : 1))
    .map((item) =>
      row({
        key: textOf(item, 'migration_name'),
        appliedAt: item.finished_at ?? item.started_at ?? null,
        durationMs: between(item.started_at, item.finished_at),
        fault: item.finished_at == null ? 'failed: it has not finished' : null,
      }),
    )
}

function between(start: string | null | undefined, end: string | null | undefined): number {
  const ms = Date.parse(end ?? '') - Date.parse(start ?? '')
  return ms > 0 ? Math.min(Math.round(ms), 2_147_483_647) : 0
}
