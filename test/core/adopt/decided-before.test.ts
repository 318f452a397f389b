import { describe, expect, test } from 'vitest'
import { planOf } from '../../helpers/adopt.ts'

const files = {
  '1_users.sql': '-- Up Migration\nCREATE TABLE users (id int);\n',
  '2_fill.js': 'exports.up = () => {}\n',
  '3_orders.sql': '-- Up Migration\nCREATE TABLE orders (id int);\n',
  '4_more.js': 'exports.up = () => {}\n',
}
const from = (path: string) => `db/${path} (node-pg-migrate)`
const first = { name: '1_users', from: from('1_users.sql') }
const second = { name: '3_orders', from: from('3_orders.sql') }

function asked(own: readonly { name: string; from: string | null }[], more: Record<string, string> = {}) {
  const { problems } = planOf('node-pg-migrate', { ...files, ...more }, [], { own })
  return problems.filter(({ weight }) => weight === 'choice').map(({ subject }) => subject)
}

describe('a migration in code, which is left out,', () => {
  test('is asked about before anything is written', () => {
    expect(asked([])).toEqual(['db/2_fill.js', 'db/4_more.js'])
  })

  test('is only told once a file behind it is written', () => {
    expect(asked([first, second], { '5_tags.sql': 'CREATE TABLE tags (id int);' })).toEqual(['db/4_more.js'])
  })

  test('is only told where nothing is left to write', () => {
    expect(asked([first, second])).toEqual([])
  })

  test('is only told once a person has written its number as SQL', () => {
    const { problems } = planOf('node-pg-migrate', files, [], { own: [{ name: '2_fill', from: null }] })
    expect(problems.find(({ subject }) => subject === 'db/2_fill.js')).toMatchObject({
      weight: 'note',
      decision: '2_fill.sql stands for it',
      choice: null,
    })
    expect(asked([{ name: '2_fill', from: from('other.sql') }])).toContain('db/2_fill.js')
  })
})
