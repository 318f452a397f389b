import { describe, expect, test } from 'vitest'
import { appliedIn, bodiesOf, planOf, recognisedBy } from '../../helpers/adopt.ts'

describe('sqlx', () => {
  const files = {
    '20230101000000_users.sql': 'create table users (id int);\n',
    '20230102000000_index.up.sql': '-- no-transaction\ncreate index concurrently i on users (id);\n',
    '20230102000000_index.down.sql': 'drop index i;\n',
  }

  test('has single files and pairs, and says on the first line what runs outside a transaction', () => {
    expect(recognisedBy(files)).toMatchObject({ sqlx: 'possible' })
    expect(bodiesOf(planOf('sqlx', files))).toEqual({
      '20230101000000_users': '-- UP\ncreate table users (id int);\n',
      '20230102000000_index':
        '-- UP\n-- nself: no-transaction\n-- no-transaction\ncreate index concurrently i on users (id);\n\n-- DOWN\ndrop index i;\n',
    })
  })

  test('notes times, and what failed', () => {
    const rows = [
      {
        version: '20230102000000',
        success: 'false',
        installed_on: '2026-01-21T10:00:00+00:00',
        execution_time: '2000000',
      },
      {
        version: '20230101000000',
        success: 'true',
        installed_on: '2026-01-20T10:00:00+00:00',
        execution_time: '5000000',
      },
    ]
    const plan = planOf('sqlx', files, rows)
    expect(plan.files[0]?.row).toMatchObject({ appliedAt: '2026-01-20T10:00:00+00:00', durationMs: 5 })
    expect(plan.problems).toMatchObject([{ subject: 'db/20230102000000_index.up.sql', weight: 'obstacle' }])
  })
})

describe('Diesel', () => {
  const files = {
    '00000000000000_diesel_initial_setup/up.sql': 'create function f() returns int language sql as $$ select 1 $$;',
    '00000000000000_diesel_initial_setup/down.sql': 'drop function f();',
    '2023-01-02-120000_index/up.sql': 'create index concurrently i on users (id);',
    '2023-01-02-120000_index/down.sql': 'drop index i;',
    '2023-01-02-120000_index/metadata.toml': 'run_in_transaction = false\n',
  }

  test('has a folder for each, whose number loses its dashes', () => {
    expect(recognisedBy(files)).toEqual({ diesel: 'likely' })
    expect(bodiesOf(planOf('diesel', files))).toMatchObject({
      '00000000000000_diesel_initial_setup': expect.stringContaining('-- DOWN\ndrop function f();'),
      '20230102120000_index':
        '-- UP\n-- nself: no-transaction\ncreate index concurrently i on users (id);\n\n-- DOWN\n-- nself: no-transaction\ndrop index i;\n',
    })
  })

  test('knows them by that number', () => {
    const rows = [{ version: '20230102120000', run_on: '2026-01-20T10:00:00' }]
    expect(appliedIn(planOf('diesel', files, rows))).toEqual({ '20230102120000_index': '2026-01-20T10:00:00' })
  })
})

describe('Hasura', () => {
  const files = {
    '1672531200000_users/up.sql': 'create table users (id int);',
    '1672531200000_users/down.sql': 'drop table users;',
    '1672617600000_track/up.yaml': '- type: track_table',
    '1672704000000_orders/up.sql': 'create table orders (id int);',
  }

  test('has a folder for each, and changes of its metadata that are no SQL', () => {
    expect(recognisedBy(files)).toMatchObject({ hasura: 'certain' })
    const plan = planOf('hasura', files)
    expect(Object.keys(bodiesOf(plan))).toEqual(['1672531200000_users', '1672704000000_orders'])
    expect(plan.files[0]?.text).toContain('-- Created: 2023-01-01\n')
    expect(plan.problems).toMatchObject([{ subject: 'db/1672617600000_track/up.yaml', weight: 'note' }])
  })

  test('keeps its state as JSON, in older releases as a table', () => {
    const state = JSON.stringify({ migrations: { default: { '1672531200000': false, '1672704000000': true } } })
    const plan = planOf('hasura', files, [{ hasura_uuid: 'x', cli_state: state }])
    expect(Object.keys(appliedIn(plan))).toEqual(['1672531200000_users'])
    expect(plan.problems).toMatchObject([{ weight: 'note' }, { weight: 'obstacle' }])
    const older = planOf('hasura', files, [{ version: '1672704000000', dirty: 'false' }])
    expect(Object.keys(appliedIn(older))).toEqual(['1672531200000_users', '1672704000000_orders'])
  })
})

test('the shell script that had this name has a second file for DOWN', () => {
  const files = {
    '20250101000000_users.sql': '-- Migration: users\n-- Created: today\n\ncreate table users (id int);\n',
    '20250101000000_users_down.sql': '-- Rollback: users\n\ndrop table users;\n',
  }
  expect(recognisedBy(files, 'nself/migrations')).toMatchObject({ 'nself-bash': 'likely' })
  const plan = planOf('nself-bash', files, [{ version: '20250101000000', applied_at: '2026-01-20T10:00:00+00:00' }])
  expect(bodiesOf(plan)).toEqual({
    '20250101000000_users':
      '-- UP\n-- Migration: users\n-- Created: today\n\ncreate table users (id int);\n\n-- DOWN\n-- Rollback: users\n\ndrop table users;\n',
  })
  expect(appliedIn(plan)).toEqual({ '20250101000000_users': '2026-01-20T10:00:00+00:00' })
})
