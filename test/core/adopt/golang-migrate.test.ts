import { expect, test } from 'vitest'
import { appliedIn, bodiesOf, planOf, recognisedBy } from '../../helpers/adopt.ts'

const files = {
  '000001_users.up.sql': 'BEGIN;\ncreate table users (id int);\nCOMMIT;\n',
  '000001_users.down.sql': 'DROP TABLE IF EXISTS users;\n',
  '000002_orders.up.sql': 'create table orders (id int);',
  '000003_rest.up.sql': '-- up\nselect 1;',
  '000003_rest.down.sql': '',
}

test('of golang-migrate it joins the two files of a migration', () => {
  expect(recognisedBy(files)).toMatchObject({ 'golang-migrate': 'likely' })
  expect(bodiesOf(planOf('golang-migrate', files))).toEqual({
    '000001_users': '-- UP\nBEGIN;\ncreate table users (id int);\nCOMMIT;\n\n-- DOWN\nDROP TABLE IF EXISTS users;\n',
    '000002_orders': '-- UP\ncreate table orders (id int);\n',
    '000003_rest': '-- UP\n-- (comment) up\nselect 1;\n',
  })
})

test('of golang-migrate it takes everything up to the version as applied', () => {
  const plan = planOf('golang-migrate', files, [{ version: '2', dirty: 'false' }])
  expect(appliedIn(plan)).toEqual({ '000001_users': null, '000002_orders': null })
  expect(plan.problems).toEqual([])
})

test('of golang-migrate it leaves a dirty version to a person', () => {
  const rows = [{ version: '2', dirty: 'true' }]
  const plan = planOf('golang-migrate', files, rows)
  expect(plan.problems).toMatchObject([{ subject: 'db/000002_orders.up.sql', weight: 'obstacle' }])
  expect(appliedIn(planOf('golang-migrate', files, rows, { failed: 'pending' }))).toEqual({ '000001_users': null })
  const applied = planOf('golang-migrate', files, rows, { failed: 'applied' })
  expect(Object.keys(appliedIn(applied))).toEqual(['000001_users', '000002_orders'])
  expect(applied.problems).toMatchObject([{ weight: 'note', decision: 'it is recorded as applied' }])
})
