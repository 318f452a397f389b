import { describe, expect, test } from 'vitest'
import { codeTablesIn, codeToolNamed, codeToolsAmong, saidCodeTables } from '../../../src/core/adopt/code-tools.ts'

const table = (name: string, columns: string, schema = 'public') => ({ schema, name, columns: columns.split(' ') })
const found = (...tables: ReturnType<typeof table>[]) => codeTablesIn(tables).map(({ tool, key }) => `${tool} ${key}`)

describe('tables of tools whose migrations are no SQL', () => {
  test.each([
    ['knex_migrations', 'id name batch migration_time', 'knex'],
    ['migrations', 'id migration batch', 'laravel'],
    ['migrations', 'id timestamp name', 'typeorm'],
    ['alembic_version', 'version_num', 'alembic'],
    ['django_migrations', 'id app name applied', 'django'],
    ['schema_migrations', 'version inserted_at', 'ecto'],
    ['directus_migrations', 'version name timestamp', 'directus'],
    ['migrations', 'id name run_on', 'db-migrate'],
    ['gorp_migrations', 'id applied_at', 'sql-migrate'],
    ['SequelizeMeta', 'name', 'sequelize'],
    ['databasechangelog', 'id author filename dateexecuted', 'liquibase'],
    ['__EFMigrationsHistory', 'MigrationId ProductVersion', 'entity-framework'],
  ])('%s with %s is of %s', (name, columns, tool) => {
    expect(found(table(name, columns))).toEqual([`${tool} public.${name}`])
  })

  test('schema_migrations is of Rails only beside its other table, in the same schema', () => {
    const [versions, metadata] = [table('schema_migrations', 'version'), table('ar_internal_metadata', 'key value')]
    expect(found(versions)).toEqual([])
    expect(found(versions, { ...metadata, schema: 'app' })).toEqual(['rails app.ar_internal_metadata'])
    expect(found(versions, metadata)).toEqual(['rails public.ar_internal_metadata', 'rails public.schema_migrations'])
  })

  test('postgres-migrations has a table of the same name and other columns', () => {
    expect(found(table('migrations', 'id name hash executed_at'))).toEqual([])
  })

  test('are told a line a tool', () => {
    const tables = ['knex_migrations', 'knex_migrations_lock'].map((name) => ({ tool: 'knex', key: `public.${name}` }))
    expect(saidCodeTables(tables)).toEqual([
      'the tables public.knex_migrations and public.knex_migrations_lock of knex, whose migrations nself does not convert',
    ])
  })

  test.each([
    ['db/migrate/20240101000000_users.rb', 'rails'],
    ['app/knexfile.ts', 'knex'],
    ['src/migrations/1700000000000-CreateUsers.ts', 'typeorm'],
    ['.sequelizerc', 'sequelize'],
    ['backend/alembic.ini', 'alembic'],
    ['shop/migrations/0001_initial.py', 'django'],
    ['src/main/resources/db/changelog/db.changelog-master.xml', 'liquibase'],
    ['db/changelog/2024/users.yaml', 'liquibase'],
    ['ormconfig.json', 'typeorm'],
    ['phinx.php', 'phinx'],
    ['Data/Migrations/ShopContextModelSnapshot.cs', 'entity-framework'],
    ['database/migrations/2024_01_01_000000_create_users.php', 'laravel'],
    ['priv/repo/migrations/20240101000000_users.exs', 'ecto'],
  ])('%s is a file of %s', (path, tool) => {
    expect(codeToolsAmong(['README.md', path, path], [])).toEqual([{ tool, path }])
    expect(codeToolsAmong([path], [tool])).toEqual([])
  })

  test('SQL files and notes on changes are of none of them', () => {
    const paths = ['CHANGELOG.md', 'db/migrations/0001_a.sql', 'migrations/1700000000000_a.js', 'Version.php']
    const notes = ['CHANGELOG.json', 'changelog.yaml', 'docs/changelog-config.json', 'ormconfig.md', 'docs/phinx.md']
    expect(codeToolsAmong(notes, [])).toEqual([])
    expect(codeToolsAmong(paths, [])).toEqual([])
  })

  test('their tool is known by its name in any case', () => {
    expect(codeToolNamed('Rails')).toBe('rails')
    expect(codeToolNamed('dbmate')).toBeNull()
  })
})
