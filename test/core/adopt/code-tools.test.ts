import { describe, expect, test } from 'vitest'
import { codeTablesIn, codeToolNamed, saidCodeTables } from '../../../src/core/adopt/code-tools.ts'

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
      'the tables public.knex_migrations and public.knex_migrations_lock of knex, whose migrations are not SQL files',
    ])
  })

  test('their tool is known by its name in any case', () => {
    expect(codeToolNamed('Rails')).toBe('rails')
    expect(codeToolNamed('dbmate')).toBeNull()
  })
})
