import { keyOf } from '../sql/qualified-name.ts'

/** A migration tool of which nothing is converted: its migrations are programs, or XML, or SQL of a form of its own. */
interface CodeTool {
  readonly name: string
  /** Tables that it keeps, each with its columns: the first tells that it was here, the others count beside that. */
  readonly tables: readonly (readonly [string, readonly string[]])[]
  /** Paths that are files of it and of nobody else. */
  readonly files?: RegExp
}

const codeTools: readonly CodeTool[] = [
  {
    name: 'rails',
    tables: [
      ['ar_internal_metadata', ['key', 'value']],
      ['schema_migrations', ['version']],
    ],
    files: /(^|\/)db\/migrate\/\d+_\w+\.rb$/,
  },
  {
    name: 'knex',
    tables: [
      ['knex_migrations', ['name', 'batch', 'migration_time']],
      ['knex_migrations_lock', ['is_locked']],
    ],
    files: /(^|\/)knexfile\.[cm]?[jt]s$/,
  },
  {
    name: 'kysely',
    tables: [
      ['kysely_migration', ['name', 'timestamp']],
      ['kysely_migration_lock', ['is_locked']],
    ],
    files: /(^|\/)kysely\.config\.[cm]?[jt]s$/,
  },
  {
    name: 'liquibase',
    tables: [
      ['databasechangelog', ['id', 'author', 'filename']],
      ['databasechangeloglock', ['locked']],
    ],
    files: /(^|\/)(liquibase\.properties|db\.changelog[\w.-]*\.(xml|ya?ml|json)|db\/changelog\/.*\.(xml|ya?ml|json))$/i,
  },
  {
    name: 'laravel',
    tables: [['migrations', ['migration', 'batch']]],
    files: /(^|\/)database\/migrations\/\d{4}_\d\d_\d\d_\d{6}_\w+\.php$/,
  },
  {
    name: 'typeorm',
    tables: [['migrations', ['id', 'timestamp', 'name']]],
    files: /(^|\/)(ormconfig\.(json|[cm]?[jt]s|ya?ml|xml|env)|\d{13}-[A-Z]\w*\.[jt]s)$/,
  },
  {
    name: 'mikro-orm',
    tables: [['mikro_orm_migrations', ['name', 'executed_at']]],
    files: /(^|\/)Migration\d{14}\w*\.[jt]s$/,
  },
  { name: 'sequelize', tables: [['SequelizeMeta', ['name']]], files: /(^|\/)\.sequelizerc$/ },
  { name: 'alembic', tables: [['alembic_version', ['version_num']]], files: /(^|\/)alembic\.ini$/ },
  {
    name: 'django',
    tables: [['django_migrations', ['app', 'name', 'applied']]],
    files: /(^|\/)migrations\/\d{4}_\w+\.py$/,
  },
  {
    name: 'ecto',
    tables: [['schema_migrations', ['version', 'inserted_at']]],
    files: /(^|\/)priv\/\w+\/migrations\/\d+_\w+\.exs$/,
  },
  {
    name: 'doctrine',
    tables: [['doctrine_migration_versions', ['version', 'executed_at']]],
    files: /(^|\/)migrations\/(\w+\/)*Version\d{14}\.php$/,
  },
  { name: 'phinx', tables: [['phinxlog', ['version', 'migration_name']]], files: /(^|\/)phinx\.(php|ya?ml|json)$/ },
  {
    name: 'entity-framework',
    tables: [['__EFMigrationsHistory', ['MigrationId', 'ProductVersion']]],
    files: /(^|\/)\w+ModelSnapshot\.cs$/,
  },
  { name: 'directus', tables: [['directus_migrations', ['version', 'name', 'timestamp']]] },
  { name: 'strapi', tables: [['strapi_migrations', ['id', 'name', 'time']]] },
  { name: 'payload', tables: [['payload_migrations', ['name', 'batch']]] },
  { name: 'db-migrate', tables: [['migrations', ['id', 'name', 'run_on']]] },
  { name: 'sql-migrate', tables: [['gorp_migrations', ['id', 'applied_at']]] },
  { name: 'fluent-migrator', tables: [['VersionInfo', ['Version', 'AppliedOn', 'Description']]] },
  { name: 'aerich', tables: [['aerich', ['version', 'app', 'content']]] },
  { name: 'yoyo', tables: [['_yoyo_migration', ['migration_hash', 'migration_id']]] },
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
    return `${are} ${keys.join(' and ')} of ${tool}, ${notConverted}`
  })
}

const notConverted = 'whose migrations nself does not convert'

/** The tools of this kind that a project has files of, each with the first of them; none that is named already. */
export function codeToolsAmong(paths: readonly string[], known: readonly string[]): { tool: string; path: string }[] {
  return codeTools.flatMap(({ name, files }) => {
    const path = files === undefined || known.includes(name) ? undefined : paths.find((one) => files.test(one))
    return path === undefined ? [] : [{ tool: name, path }]
  })
}

/** Their files, in words. */
export const saidCodeFiles = (found: readonly { tool: string; path: string }[]): string[] =>
  found.map(({ tool, path }) => `${path} of ${tool}, ${notConverted}`)
