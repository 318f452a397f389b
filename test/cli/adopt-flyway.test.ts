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
  const again = (await project.ok(...adopt)).replaceAll(/\s+/g, ' ')
  expect(again).toContain('2 applied by public.flyway_schema_history and 2 by nself')
  expect(again).toMatch(/repeatable\/order_ids applied, written before/)
})

test("Flyway's placeholders become variables where these can stand, and the others are told with their line", async () => {
  const [schema, name, limit] = ['schema', 'name', 'limit'].map((one) => ['$', `{${one}}`].join(''))
  const made = "create table app.users (id int, name text default 'ann')"
  const project = await adoptable(
    server,
    {
      'sql/V1__schema.sql': `create schema ${schema};`,
      'sql/V2__users.sql': `create table ${schema}.users (id int, name text default '${name}');`,
      'sql/V3__limit.sql': `create view ${schema}.few as\nselect id from ${schema}.users limit ${limit};`,
    },
    ['create schema app', made, table, ...rows(['1', 'schema', 'V1'], ['2', 'users', 'V2'])].join('; '),
  )
  const set = ['--set', 'schema=app', '--set', 'name=ann']
  const unset = await project.nself(...adopt)
  expect(unset.code).toBe(6)
  expect(unset.stdout).toContain('add --set schema=')
  const open = await project.nself(...adopt, ...set)
  expect(open.code, open.stdout).toBe(3)
  expect(open.stdout).toContain('where no variable can stand: limit in line 2')
  await project.ok(...adopt, ...set, '--set', 'limit=3')
  const text = (file: string) => readFileSync(join(project.root, 'nself/migrations', file), 'utf8')
  expect(text('2_users.sql')).toContain(
    `-- UP\n-- nself: variables schema, name\ncreate table :"schema".users (id int, name text default :'name');\n`,
  )
  expect(text('3_limit.sql')).toContain('select id from :"schema".users limit 3;')
  expect(await project.query('SELECT variables FROM nself.migrations WHERE version = 2')).toEqual([
    [{ name: 'ann', schema: 'app' }],
  ])
  await project.ok('db', 'migrate', 'up', '--set', 'schema=app')
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})
