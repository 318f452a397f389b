import { expect, test } from 'vitest'
import type { TableDamage } from '../../../src/core/repair/table-damage.ts'
import { tableFindings } from '../../../src/core/repair/tables.ts'

test('tables that are as they should be need no fix', () => {
  expect(tableFindings([])).toEqual([])
})

test.each<[damage: TableDamage, what: string]>([
  [
    { kind: 'trigger', table: 'migrations', name: 'skip' },
    'nself.migrations has the trigger skip, which can change or swallow its rows: drop the trigger skip',
  ],
  [
    { kind: 'rule', table: 'journal', name: 'nothing' },
    'nself.journal has the rule nothing, which can change or swallow its rows: drop the rule nothing',
  ],
  [
    { kind: 'row-security', table: 'migrations' },
    'row security is on for nself.migrations and can hide its rows: turn row security off for nself.migrations',
  ],
  [
    { kind: 'column', table: 'migrations', name: 'state', definition: 'text' },
    'nself.migrations lacks its column state: add the column state',
  ],
  [
    { kind: 'foreign', table: 'migrations', columns: ['version', 'name'], aside: 'migrations_set_aside_2' },
    'nself.migrations lacks version, name: nself did not make this table: rename it to migrations_set_aside_2 and create nself.migrations again',
  ],
  [{ kind: 'missing', table: 'journal' }, 'the table nself.journal is gone: create nself.journal again'],
])('damage of the tables of nself, %j, is told with its fix', (damage, what) => {
  expect(tableFindings([damage])).toMatchObject([
    { kind: 'restore-tables', version: null, flag: '--restore-tables', what },
  ])
})

test('several damages of the tables of nself are one fix', () => {
  const damages: TableDamage[] = [
    { kind: 'missing', table: 'journal' },
    { kind: 'missing', table: 'metadata' },
  ]
  expect(tableFindings(damages)).toHaveLength(1)
})
