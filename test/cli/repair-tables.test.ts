import { expect, test } from 'vitest'
import { useServer } from '../helpers/project.ts'

const server = useServer()
const files = {
  '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n',
  '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;\n',
}

const columnsSql = `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity
 FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'nself'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2`

async function applied() {
  const project = await server.project(files)
  await project.ok('db', 'migrate', 'up', '1')
  return project
}

test('repair brings back every column that can be made again, and the tables that are gone, as they were', async () => {
  const project = await applied()
  const before = await project.query(columnsSql)
  await project.query(`ALTER TABLE nself.migrations DROP COLUMN state, DROP COLUMN position, DROP COLUMN applied_at, DROP COLUMN duration_ms,
 DROP COLUMN applied_by, DROP COLUMN environment, DROP COLUMN down_sql, DROP COLUMN statements_done, DROP COLUMN statement_begun,
 DROP COLUMN done_checksum, DROP COLUMN fingerprint`)
  await project.query('DROP TABLE nself.journal')
  for (const command of [['status'], ['up']]) {
    const { code, stderr } = await project.nself('db', 'migrate', ...command)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('the tables of the schema nself are not as nself made them')
    expect(stderr).toContain('nself db migrate repair')
  }
  expect(await project.ok('db', 'migrate', 'repair')).toContain('--restore-tables')
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  expect(await project.query(columnsSql)).toEqual(before)
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
  await project.ok('db', 'migrate', 'up')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('repair shows and removes what keeps rows out of the history', async () => {
  const project = await applied()
  await project.query(`CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
 CREATE TRIGGER skip BEFORE INSERT ON nself.migrations FOR EACH ROW EXECUTE FUNCTION skip();
 CREATE RULE silent AS ON DELETE TO nself.migrations DO INSTEAD NOTHING;
 ALTER TABLE nself.migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`)
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(3)
  const shown = await project.ok('db', 'migrate', 'repair')
  for (const what of ['the trigger skip', 'the rule silent', 'row security is on']) expect(shown).toContain(what)
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  await project.ok('db', 'migrate', 'up')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b applied'])
  await project.ok('db', 'migrate', 'down', '2')
  expect(await project.tables()).toEqual([])
})

test("a table of another program's is kept under another name", async () => {
  const project = await server.project(files)
  await project.query(
    'CREATE SCHEMA nself; CREATE TABLE nself.migrations (whatever int); INSERT INTO nself.migrations VALUES (7)',
  )
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(2)
  expect(stderr).not.toContain('bug')
  expect(await project.ok('db', 'migrate', 'repair')).toContain('rename it to migrations_set_aside')
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  expect(await project.query('SELECT whatever FROM nself.migrations_set_aside')).toEqual([[7]])
  await project.ok('db', 'migrate', 'up')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test.each([
  ['a mark that was deleted', "DELETE FROM nself.metadata WHERE key = 'environment'", []],
  ['a table of marks that was dropped', 'DROP TABLE nself.metadata', ['--restore-tables']],
])('%s makes a database count as production until it has one again', async (_, damage, flags) => {
  const project = await applied()
  await project.query(damage)
  for (const command of [['up'], ['down'], ['fresh', '--yes']]) {
    const { code, stderr } = await project.nself('db', 'migrate', ...command)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('counts as production until it has one')
  }
  expect((await project.nself('db', 'migrate', 'status')).stderr).toContain('counts as production')
  if (flags.length > 0) {
    expect((await project.nself('db', 'migrate', 'repair', ...flags)).code).toBe(3)
    await project.ok('db', 'migrate', 'repair', '--env', 'production', '--yes', '--no-backup', ...flags)
  }
  const mark = ['--env', 'production', '--mark-environment', 'local', '--yes', '--no-backup']
  await project.ok('db', 'migrate', 'repair', ...mark)
  await project.ok('db', 'migrate', 'up')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('a production up marks a database that had lost its mark', async () => {
  const project = await applied()
  await project.query("DELETE FROM nself.metadata WHERE key = 'environment'")
  const { code, stderr } = await project.nself('db', 'migrate', 'up', '--env', 'production', '--yes', '--no-backup')
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('it is now marked production')
  expect(await project.query("SELECT value FROM nself.metadata WHERE key = 'environment'")).toEqual([['production']])
})

test('tables that are as they should be are not touched', async () => {
  const project = await applied()
  const { code, stderr } = await project.nself('db', 'migrate', 'repair', '--restore-tables')
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('nothing is wrong with the tables of nself')
})

const constraintsSql = `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'nself'::regnamespace AND contype <> 'n' ORDER BY 1, 2`

test('repair puts columns, types, defaults, keys and constraints back as they were, of every format', async () => {
  const project = await applied()
  const shape = async () => [await project.query(columnsSql), await project.query(constraintsSql)]
  const before = await shape()
  await project.query(`ALTER TABLE nself.migrations DROP COLUMN seen_checksum, DROP COLUMN branch, ALTER COLUMN applied_by DROP DEFAULT,
  ALTER COLUMN duration_ms DROP DEFAULT, ALTER COLUMN duration_ms TYPE text, ALTER COLUMN position DROP IDENTITY,
  ALTER COLUMN position DROP NOT NULL, DROP CONSTRAINT migrations_pkey, ADD CONSTRAINT few CHECK (version < 2);
 ALTER TABLE nself.journal DROP COLUMN effects; DROP TABLE nself.repeatables`)
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('the tables of the schema nself are not as nself made them')
  expect(await project.tables()).toEqual(['a'])
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  expect(await shape()).toEqual(before)
  await project.ok('db', 'migrate', 'up')
  await project.ok('db', 'migrate', 'down')
  expect(await project.tables()).toEqual(['a'])
})

test('after repair, a NOT NULL column that somebody added to the tables of nself refuses no row', async () => {
  const project = await applied()
  await project.query("ALTER TABLE nself.migrations ADD ticket text NOT NULL DEFAULT 'x'")
  await project.query('ALTER TABLE nself.migrations ALTER ticket DROP DEFAULT')
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('nself db migrate repair')
  expect(await project.ok('db', 'migrate', 'repair')).toContain('a column ticket')
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  await project.ok('db', 'migrate', 'up')
})

test('a view in place of a table is kept under a name that is free, and the rows come from the journal', async () => {
  const project = await applied()
  await project.query(`ALTER TABLE nself.migrations RENAME TO migrations_set_aside;
 CREATE VIEW nself.migrations AS SELECT * FROM nself.migrations_set_aside WHERE false`)
  expect((await project.nself('db', 'migrate', 'up')).code).toBe(3)
  const shown = await project.ok('db', 'migrate', 'repair', '--restore-tables', '--rebuild')
  expect(shown).toContain('migrations_set_aside_2')
  expect(shown).toContain('put the row of 001_a back')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
  await project.ok('db', 'migrate', 'up')
})

test('tables that are gone in pairs stop up and down, and come back in two steps that are told', async () => {
  const project = await applied()
  await project.query('DROP TABLE nself.metadata, nself.migrations')
  expect((await project.nself('db', 'migrate', 'up')).stderr).toContain('nself db migrate repair --rebuild')
  const production = ['--env', 'production', '--yes', '--no-backup']
  const refused = await project.nself('db', 'migrate', 'repair', '--rebuild', ...production)
  expect(refused.code, refused.stderr).toBe(3)
  expect(refused.stderr).toContain('first: nself db migrate repair --env production --restore-tables')
  await project.ok('db', 'migrate', 'repair', '--restore-tables', '--rebuild', ...production)
  expect((await project.nself('db', 'migrate', 'status', '--env', 'production')).stdout).toContain(
    '1 applied, 1 pending',
  )
})

test('a journal that is gone stops a run before its first migration', async () => {
  const project = await applied()
  await project.query('DROP TABLE nself.journal')
  expect((await project.nself('db', 'migrate', 'status')).stderr).toContain('repair --restore-tables')
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('has lost its table nself.journal')
})

test('fresh needs no table of files that run again', async () => {
  const project = await applied()
  await project.query('DROP TABLE nself.repeatables')
  await project.ok('db', 'migrate', 'fresh')
  expect(await project.tables()).toEqual(['a', 'b'])
})

test('row security that hides the history from the role stops every command but repair', async () => {
  const project = await applied()
  await project.query(`CREATE ROLE r_hidden LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA nself, public TO r_hidden;
 GRANT ALL ON ALL TABLES IN SCHEMA nself TO r_hidden; ALTER TABLE nself.journal ENABLE ROW LEVEL SECURITY;
 ALTER TABLE nself.migrations ENABLE ROW LEVEL SECURITY; CREATE POLICY late ON nself.migrations USING (version > 1)`)
  const hidden = ['--database-url', project.url.replace(/\/\/[^@]+@/, '//r_hidden:x@')]
  for (const command of ['status', 'up', 'down']) {
    const { code, stderr } = await project.nself('db', 'migrate', command, ...hidden)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('row security hides the history of this database from r_hidden')
  }
  const { code, stderr } = await project.nself('db', 'migrate', 'repair', '--restore-tables', ...hidden)
  expect(code, stderr).toBe(4)
  expect(stderr).toContain('who owns nself.')
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  await project.ok('db', 'migrate', 'up', ...hidden)
})

test('a schema that was renamed is told, and renamed back', async () => {
  const project = await applied()
  await project.query('ALTER SCHEMA nself RENAME TO "Old one"')
  expect((await project.nself('db', 'migrate', 'status')).stderr).toContain('the schema nself was renamed to Old one')
  for (const command of ['up', 'down']) {
    const { code, stderr } = await project.nself('db', 'migrate', command)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('nself db migrate repair --restore-tables')
  }
  await project.ok('db', 'migrate', 'repair', '--restore-tables')
  expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
})

test('a history that is gone as a whole leads to what finds how far the schema is', async () => {
  const project = await applied()
  await project.query('DROP SCHEMA nself CASCADE')
  expect(await project.ok('db', 'migrate', 'repair')).toContain('nself db migrate repair --infer')
  const { code, stderr } = await project.nself('db', 'migrate', 'up')
  expect(code, stderr).toBe(3)
  expect(stderr).toContain('if these files made it: nself db migrate repair --infer')
})
