import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adoptable } from '../helpers/adopt-project.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const adopt = ['db', 'adopt'] as const

const table = `create table flyway_schema_history (installed_rank int primary key, version varchar(50), description varchar(200) not null,
 type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null,
 installed_on timestamp not null default now(), execution_time int not null, success boolean not null)`
const rows = (...list: [version: string | null, description: string, script: string][]) =>
  list.map(([version, description, script], i) => {
    const shown = version === null ? 'null' : `'${version}'`
    return `insert into flyway_schema_history values (${i + 1}, ${shown}, '${description}', 'SQL', '${script}', null, 'deploy', '2026-01-20 10:00:0${i}', 7, true)`
  })

test("Flyway's files that run again become repeatables, recorded as they ran", async () => {
  const [users, orders] = ['create table users (id int, name text);', 'create table orders (id int);']
  const view = 'create or replace view names as select name from users;'
  const project = await adoptable(
    server,
    {
      'sql/V1__users.sql': users,
      'sql/V2__orders.sql': orders,
      'sql/R__names.sql': view,
      'sql/R__order_ids.sql': 'create or replace view order_ids as select id from orders;',
    },
    [users, view, table, ...rows(['1', 'users', 'V1__users.sql'], [null, 'names', 'R__names.sql'])].join('; '),
  )
  const { result } = JSON.parse(await project.ok(...adopt, '--json'))
  expect(result.proof).toEqual({ state: 'proven', replayed: 2, pending: 2 })
  expect(result.recorded).toEqual(['1_users', 'repeatable/names'])
  const path = join(project.root, 'nself/repeatable/names.sql')
  const text = readFileSync(path, 'utf8')
  expect(text).toBe(`-- Repeatable: names\n-- Adopted from sql/R__names.sql (flyway)\n\n-- UP\n${view}\n`)
  expect(
    await project.query("SELECT name, position > 0, applied_at = '2026-01-20 10:00:01' FROM nself.repeatables"),
  ).toEqual([['names', true, true]])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  expect(await project.ok(...adopt)).toContain('Nothing to adopt')
  writeFileSync(path, text.replace('select name from', 'select name, id from'))
  await project.ok('db', 'migrate', 'up')
  expect(await project.query('SELECT id FROM names')).toEqual([])
  expect(await project.query('SELECT id FROM order_ids')).toEqual([])
})
