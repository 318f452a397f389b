import { byNumber, migration, row, section, textOf } from './files.ts'
import type { SourceMigration, Tool } from './tool.ts'

const form = /^(\d+)_([^/]*)\.sql$/

/** What the platform keeps in a database for itself. */
const platform = [
  ...['extensions', 'auth', 'storage', 'realtime', '_realtime', '_analytics', 'supabase_functions'],
  ...['vault', 'graphql', 'graphql_public', 'pgbouncer', 'pgsodium', 'pgsodium_masks', 'net'],
]

/** One file each, UP only; supabase_migrations.schema_migrations. */
export const supabase: Tool = {
  name: 'supabase',
  tables: [
    { name: 'schema_migrations', schema: 'supabase_migrations', has: ['version', 'statements'], hasNot: ['dirty'] },
  ],
  schemas: ['supabase_migrations', ...platform],
  platform: { schemas: platform, publications: ['supabase_realtime'] },
  recognises: ({ path, names }) =>
    names.some((name) => form.test(name)) ? (/(^|\/)supabase\/migrations$/.test(path) ? 'certain' : 'possible') : null,
  reads: (path) => form.test(path),
  parse: (files) => {
    const migrations = files.map(({ path, text }): SourceMigration => {
      const [, number = '', title = ''] = form.exec(path) ?? []
      return migration({ key: number, number, title, files: [path], up: section(text), down: null })
    })
    return { migrations: byNumber(migrations), problems: [] }
  },
  rowsOf: (rows) =>
    rows.map((item) => row({ key: textOf(item, 'version') })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
}
