import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const base = `-- UP
CREATE TABLE orders (id int PRIMARY KEY, total int, note text);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
-- DOWN
DROP TABLE orders;
`
const views = {
  // Both views are of one file: what is left of it must go too, for it makes all of it again.
  'totals.sql': `-- UP
CREATE VIEW totals AS SELECT id, total FROM orders;
CREATE VIEW names AS SELECT rolname FROM pg_roles;
-- DOWN
DROP VIEW names, totals;
`,
  'large.sql': '-- depends_on: totals\n-- UP\nCREATE OR REPLACE VIEW large AS SELECT * FROM totals WHERE total > 10;\n',
  'visible.sql': '-- UP\nCREATE POLICY visible ON orders USING (total > 0);\n-- DOWN\nDROP POLICY visible ON orders;\n',
  'other.sql': '-- UP\nCREATE OR REPLACE FUNCTION nothing() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n',
}

const design = (total: string) => `Table orders {\n  id int [pk]\n${total}\n  note text\n}\n`

async function projectWith(files: Record<string, string>, drawn: string): Promise<Project> {
  const project = await server.project({ '001_orders.sql': base })
  mkdirSync(join(project.root, 'nself/repeatable'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project.root, 'nself/repeatable', name), text)
  writeFileSync(join(project.root, 'schema.dbml'), drawn)
  return project
}

const written = (project: Project) => {
  const folder = join(project.root, 'nself/migrations')
  const [, name = ''] = readdirSync(folder)
  return readFileSync(join(folder, name), 'utf8')
}

test('a change of a column that repeatables read takes these away first, and they run again, there and back', async () => {
  const project = await projectWith(views, design('  total bigint'))
  await project.up()
  await project.query('INSERT INTO orders VALUES (1, 20)')
  await project.ok('db', 'run')
  const text = written(project)
  expect(text.match(/^-- nself: rerun .*$/gm)).toEqual([
    '-- nself: rerun large, totals, visible',
    '-- nself: rerun large, totals, visible',
  ])
  expect(text.match(/^DROP .*$/gm)?.slice(0, 4)).toEqual([
    'DROP POLICY IF EXISTS visible ON public.orders;',
    'DROP VIEW IF EXISTS public.large;',
    expect.stringMatching(/^DROP VIEW IF EXISTS public\.(?:totals|names);$/),
    expect.stringMatching(/^DROP VIEW IF EXISTS public\.(?:totals|names);$/),
  ])
  expect(await project.ok('db', 'migrate', 'up')).toContain('Applied 1 migration and 3 repeatables')
  expect(await project.query('SELECT * FROM large')).toEqual([[1, '20']])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  const fresh = await server.project({ '001_orders.sql': base, '002_total.sql': text })
  mkdirSync(join(fresh.root, 'nself/repeatable'))
  for (const [name, sql] of Object.entries(views)) writeFileSync(join(fresh.root, 'nself/repeatable', name), sql)
  await fresh.up()
  expect(await fresh.ok('db', 'schema', 'diff', project.url, fresh.url, '--all')).toContain('No differences')
  await project.ok('db', 'migrate', 'down')
  expect(await project.query('SELECT * FROM large')).toEqual([[1, 20]])
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})

test('a change that no repeatable stands in the way of leaves them alone', async () => {
  const project = await projectWith(views, design('  total int\n  paid boolean'))
  await project.ok('db', 'migrate', 'up')
  await project.ok('db', 'run')
  expect(written(project)).not.toContain('rerun')
  expect(await project.ok('db', 'migrate', 'up')).toContain('Applied 1 migration')
})

test('a repeatable that does not run after the change is told, with what keeps it from it', async () => {
  const project = await projectWith({ 'totals.sql': views['totals.sql'] }, design(''))
  await project.ok('db', 'migrate', 'up')
  const { code, stderr } = await project.nself('db', 'run', '--allow-drops')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(
    'Note: after this change a repeatable does not run: on a scratch database, repeatable/totals failed',
  )
  expect(stderr).toContain('column "total" does not exist')
  expect(written(project)).toContain('-- nself: rerun totals')
  writeFileSync(
    join(project.root, 'nself/repeatable/totals.sql'),
    '-- UP\nCREATE VIEW totals AS SELECT id FROM orders;\n-- DOWN\nDROP VIEW totals;\n',
  )
  await project.ok('db', 'migrate', 'up', '--yes')
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
})

test('a series of online migrations that meets a repeatable is not written', async () => {
  const project = await projectWith(views, design('  total bigint'))
  const { code, stderr } = await project.nself('db', 'run', '--online')
  expect(code).toBe(6)
  expect(stderr).toContain('not proven in a database where the repeatables have run')
  expect(readdirSync(join(project.root, 'nself/migrations'))).toEqual(['001_orders.sql'])
})
