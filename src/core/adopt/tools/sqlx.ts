import { byNumber, migration, millis, row, section, textOf } from './files.ts'
import { paired } from './golang-migrate.ts'
import type { SourceMigration, Tool } from './tool.ts'

const single = /^(\d+)_([^/]*?)(?<!\.up)(?<!\.down)\.sql$/
const pair = /^(\d+)_([^/]*)\.(up|down)\.sql$/

/** One file, or a pair; `-- no-transaction` on the first line; _sqlx_migrations with times. */
export const sqlx: Tool = {
  name: 'sqlx',
  tables: [{ name: '_sqlx_migrations', schema: null, has: ['version', 'success', 'installed_on'], hasNot: [] }],
  schemas: [],
  recognises: ({ names }) => (names.some((name) => single.test(name) || pair.test(name)) ? 'possible' : null),
  reads: (path) => single.test(path) || pair.test(path),
  parse: (files) => {
    const pairs = paired(
      files.filter(({ path }) => pair.test(path)),
      pair,
    )
    const singles = files.flatMap(({ path, text }): SourceMigration[] => {
      const [, number, title = ''] = single.exec(path) ?? []
      if (number === undefined) return []
      return [migration({ key: String(BigInt(number)), number, title, files: [path], up: section(text), down: null })]
    })
    return { ...pairs, migrations: byNumber([...pairs.migrations, ...singles]).map(withTransaction) }
  },
  rowsOf: (rows) =>
    rows
      .toSorted((a, b) => Number(textOf(a, 'version')) - Number(textOf(b, 'version')))
      .map((item) =>
        row({
          key: textOf(item, 'version'),
          appliedAt: item.installed_on ?? null,
          durationMs: millis(item.execution_time, 1e6),
          fault: item.success === 'true' ? null : 'failed: success is false in _sqlx_migrations',
        }),
      ),
}

const isBare = (sql: string) => /^\s*--\s*no-transaction\b/.test(sql)

function withTransaction({ up, down, ...rest }: SourceMigration): SourceMigration {
  const withHeader = (part: typeof up) => (isBare(part.sql) ? { ...part, transaction: false } : part)
  return { ...rest, up: withHeader(up), down: down && withHeader(down) }
}
