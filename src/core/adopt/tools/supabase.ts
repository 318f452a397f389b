import { byNumber, migration, note, row, section, textOf } from './files.ts'
import type { SourceMigration, Tool } from './tool.ts'

const form = /^(\d+)_([^/]*)\.sql$/

/** What the platform keeps in a database for itself. */
const platform = [
  ...[
    'supabase_migrations',
    'supabase_functions',
    'auth',
    'storage',
    'realtime',
    '_realtime',
    '_analytics',
    'extensions',
  ],
  ...['vault', 'graphql', 'graphql_public', 'pgbouncer', 'pgsodium', 'pgsodium_masks', 'net'],
]

/** One file each, UP only; supabase_migrations.schema_migrations. */
export const supabase: Tool = {
  name: 'supabase',
  tables: [
    { name: 'schema_migrations', schema: 'supabase_migrations', has: ['version', 'statements'], hasNot: ['dirty'] },
  ],
  schemas: platform,
  recognises: ({ path, names }) =>
    names.some((name) => form.test(name)) ? (/(^|\/)supabase\/migrations$/.test(path) ? 'certain' : 'possible') : null,
  reads: (path) => form.test(path),
  parse: (files) => {
    const needs = files.filter(({ text }) => /\b(auth|storage|realtime|vault|extensions)\.\w/.test(text))
    const problems = needs
      .slice(0, 1)
      .map(({ path }) =>
        note(
          path,
          `${needs.length === 1 ? '' : `and ${needs.length - 1} more `}use schemas of the platform`,
          'a scratch database has them only where its server has',
          'name one that has: --shadow-url',
        ),
      )
    const migrations = files.map(({ path, text }): SourceMigration => {
      const [, number = '', title = ''] = form.exec(path) ?? []
      return migration({ key: number, number, title, files: [path], up: section(text), down: null })
    })
    return { migrations: byNumber(migrations), problems }
  },
  rowsOf: (rows) =>
    rows.map((item) => row({ key: textOf(item, 'version') })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
}
