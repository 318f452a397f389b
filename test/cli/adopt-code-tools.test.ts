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
    'left alone: the tables public.ar_internal_metadata and public.schema_migrations of rails, whose migrations are not SQL files',
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
  expect(stderr).toContain('the migrations of rails are not SQL files')
  expect(stderr).toContain('Next: nself db adopt baseline ')
})
