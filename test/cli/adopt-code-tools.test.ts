import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adoptable } from '../helpers/adopt-project.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const adopt = ['db', 'adopt'] as const
const rails = `CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240101000000');
CREATE TABLE ar_internal_metadata (key varchar PRIMARY KEY, value varchar);`

test('the tables of Rails are in no baseline, are no drift, and its versions are not taken for those of dbmate', async () => {
  const project = await adoptable(server, { 'db/migrate/20240101000000_users.rb': 'class Users; end' }, rails)
  const said = await project.ok(...adopt)
  expect(said.replaceAll(/\s+/g, ' ')).toContain(
    'left alone: the tables public.ar_internal_metadata and public.schema_migrations of rails, whose migrations nself does not convert',
  )
  const baseline = readFileSync(join(project.root, 'nself/migrations/001_baseline.sql'), 'utf8')
  expect(baseline).toContain('CREATE TABLE public.users')
  expect(baseline).not.toMatch(/schema_migrations|ar_internal/)
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})

test('a tool without SQL files that is named leads to the baseline', async () => {
  const project = await adoptable(server, {}, rails)
  const { code, stderr } = await project.nself(...adopt, 'rails')
  expect(code).toBe(2)
  expect(stderr).toContain('nself does not convert the migrations of rails')
  expect(stderr).toContain('Next: nself db adopt baseline ')
})

test('files of a tool that is not converted are named, and lead to the baseline where the database is empty', async () => {
  const files = { 'shop/migrations/0001_initial.py': 'pass\n', 'alembic.ini': '[alembic]\n' }
  const project = await adoptable(server, files, '')
  const empty = await project.nself(...adopt)
  expect(empty.code).toBe(2)
  expect(empty.stderr.replaceAll(/\s+/g, ' ')).toContain(
    'found alembic.ini of alembic, whose migrations nself does not convert, shop/migrations/0001_initial.py of django,',
  )
  expect(empty.stderr).toContain('nself db adopt baseline')
  await project.query('CREATE TABLE users (id int); CREATE TABLE alembic_version (version_num text)')
  const said = (await project.ok(...adopt)).replaceAll(/\s+/g, ' ')
  expect(said).toContain('left alone: the table public.alembic_version of alembic,')
  expect(said).toContain('shop/migrations/0001_initial.py of django, whose migrations nself does not convert')
})
