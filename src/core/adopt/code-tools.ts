import { keyOf } from '../sql/qualified-name.ts'

/** A migration tool whose migrations are programs, or XML, which nobody can take over as SQL. */
interface CodeTool {
  readonly name: string
  /** Tables that it keeps, each with its columns: the first tells that it was here, the others count beside that. */
  readonly tables: readonly (readonly [string, readonly string[]])[]
}

const codeTools: readonly CodeTool[] = [
  {
    name: 'rails',
    tables: [
      ['ar_internal_metadata', ['key', 'value']],
      ['schema_migrations', ['version']],
    ],
  },
  {
    name: 'knex',
    tables: [
      ['knex_migrations', ['name', 'batch', 'migration_time']],
      ['knex_migrations_lock', ['is_locked']],
    ],
  },
  {
    name: 'kysely',
    tables: [
      ['kysely_migration', ['name', 'timestamp']],
      ['kysely_migration_lock', ['is_locked']],
    ],
  },
  {
    name: 'liquibase',
    tables: [
      ['databasechangelog', ['id', 'author', 'filename']],
      ['databasechangeloglock', ['locked']],
    ],
  },
  { name: 'laravel', tables: [['migrations', ['migration', 'batch']]] },
  { name: 'typeorm', tables: [['migrations', ['id', 'timestamp', 'name']]] },
  { name: 'mikro-orm', tables: [['mikro_orm_migrations', ['name', 'executed_at']]] },
  { name: 'sequelize', tables: [['SequelizeMeta', ['name']]] },
  { name: 'alembic', tables: [['alembic_version', ['version_num']]] },
  { name: 'django', tables: [['django_migrations', ['app', 'name', 'applied']]] },
  { name: 'ecto', tables: [['schema_migrations', ['version', 'inserted_at']]] },
  { name: 'doctrine', tables: [['doctrine_migration_versions', ['version', 'executed_at']]] },
  { name: 'phinx', tables: [['phinxlog', ['version', 'migration_name']]] },
  { name: 'entity-framework', tables: [['__EFMigrationsHistory', ['MigrationId', 'ProductVersion']]] },
]

/** A table of a database with its columns. */
export interface NamedColumns {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
}

/** A table that a tool of this kind keeps. */
export interface CodeTable {
  readonly tool: string
  /** `public.knex_migrations`. */
  readonly key: string
}

/** What the tables are called that such tools keep. */
export const codeTableNames: readonly string[] = codeTools.flatMap(({ tables }) => tables.map(([name]) => name))

/** Which of these tables such a tool keeps. */
export function codeTablesIn(tables: readonly NamedColumns[]): CodeTable[] {
  return codeTools.flatMap((tool) =>
    tables.flatMap(({ schema }, i) => {
      const isFirst = tables.findIndex((one) => one.schema === schema) === i
      const [first, ...more] = tool.tables.map(([name, has]) =>
        tables.find(
          (one) => one.schema === schema && one.name === name && has.every((column) => one.columns.includes(column)),
        ),
      )
      if (!isFirst || first === undefined) return []
      return [first, ...more].flatMap((one) => (one === undefined ? [] : [{ tool: tool.name, key: keyOf(one) }]))
    }),
  )
}

/** How such a tool is called that a person names; null for any other word. */
export function codeToolNamed(name: string): string | null {
  return codeTools.find((tool) => tool.name === name.toLowerCase())?.name ?? null
}

/** The tables that are left alone for it, in words, a line a tool. */
export function saidCodeTables(tables: readonly CodeTable[]): string[] {
  const tools = [...new Set(tables.map(({ tool }) => tool))]
  return tools.map((tool) => {
    const keys = tables.flatMap((table) => (table.tool === tool ? [table.key] : []))
    const are = keys.length === 1 ? 'the table' : 'the tables'
    return `${are} ${keys.join(' and ')} of ${tool}, whose migrations are not SQL files`
  })
}
