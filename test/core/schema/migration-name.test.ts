import { expect, test } from 'vitest'
import type { Difference } from '../../../src/core/schema/differences.ts'
import { nameOfChange } from '../../../src/core/schema/migration-name.ts'

/** `+ table users` */
const difference = (text: string): Difference => {
  const [sign, kind = '', ...name] = text.split(' ')
  return { sign: sign as Difference['sign'], kind, name: name.join(' '), traits: [] }
}

test.each<[changes: string[], name: string]>([
  [['+ table users'], 'create_users'],
  [['- table users'], 'drop_users'],
  [['+ table users', '+ table posts'], 'create_users_and_posts'],
  [['+ table users', '- table posts'], 'update_schema'],
  [['+ column users.email'], 'add_email_to_users'],
  [['- column users.email'], 'drop_email_from_users'],
  [['~ column users.email'], 'change_users_email'],
  [['+ column billing.invoices.paid_at'], 'add_paid_at_to_invoices'],
  [['+ column users.email', '+ column users.phone'], 'change_users'],
  [['+ extension citext', '+ column users.email'], 'add_email_to_users'],
  [['+ column users.a', '+ column posts.b'], 'update_schema'],
  [['+ column "v1.2"."a.b"'], 'add_a_b_to_v1_2'],
  [['+ column "a.b".c.d', '+ column "a.b".c.e'], 'change_c'],
  [['+ table "a.b"."c.d"'], 'create_a_b_c_d'],
  [['+ table Über uns'], 'create_ber_uns'],
  [['+ table 名前'], 'update_schema'],
  [[`+ table ${'long'.repeat(20)}`], 'update_schema'],
])('a migration of %j is called %s', (changes, name) => {
  expect(nameOfChange(changes.map(difference))).toBe(name)
})

test.each([
  [['users'], 'rename_users'],
  [['users.name'], 'rename_users_name'],
  [['a', 'b'], 'update_schema'],
])('a migration that only renames %j is called %s', (renames, name) => {
  expect(nameOfChange([], renames)).toBe(name)
})
