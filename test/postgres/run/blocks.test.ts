import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { down } from '../../../src/commands/db/migrate/down.ts'
import { status } from '../../../src/commands/db/migrate/status.ts'
import { up } from '../../../src/commands/db/migrate/up.ts'
import type { Environment } from '../../../src/core/environment.ts'
import { phrase } from '../../../src/core/guard/guard.ts'
import { contextAs, plainUp } from '../../helpers/context.ts'
import { type Project, useServer } from '../../helpers/project.ts'

const server = useServer()
const told: string[] = []

const run = (project: Project, environment: Environment = 'local', confirm?: string) =>
  up(contextAs(project, environment, told, confirm), plainUp)

const base = `-- UP
CREATE TABLE t (id int);
INSERT INTO t VALUES (1), (2), (3);
-- DOWN
DROP TABLE t;
`
const rows = async (project: Project) => (await project.query('SELECT id FROM t ORDER BY id')).flat()

describe('a section with transactions of its own', () => {
  const text = (last: string, more = '') => `-- UP
BEGIN;
INSERT INTO t VALUES (4);
INSERT INTO t VALUES (5);
COMMIT;
VACUUM t;
SET search_path = nowhere;
BEGIN;
INSERT INTO public.t VALUES (6);
COMMIT AND CHAIN;
INSERT INTO public.t VALUES (7);
${last};
COMMIT;
${more}-- DOWN
BEGIN;
DELETE FROM t WHERE id = 4;
COMMIT;
BEGIN;
DELETE FROM t WHERE id > 4;
SELECT 1 / (SELECT count(*) FROM t WHERE id = 3);
COMMIT;
`

  test('commits block by block, tells so beforehand, and resumes after the last that is done', async () => {
    const project = await server.project({ '001_t.sql': base, '002_b.sql': text('SELECT 1 / 0') })
    await expect(run(project)).rejects.toMatchObject({
      code: 'migration-failed',
      location: { path: 'nself/migrations/002_b.sql', line: 12 },
      report: { steps: [{ outcome: 'done' }, { partly: true, statements: { done: 9, total: 12 } }] },
    })
    expect(told.join('\n')).toContain('002_b is not atomic: it has 3 transactions of its own')
    expect(await rows(project)).toEqual([1, 2, 3, 4, 5, 6])
    expect(
      await status(contextAs(project, 'local', told), { check: false, drift: false, all: false, long: false }),
    ).toMatchObject({
      migrations: [{}, { status: 'failed', statements: { done: 9, total: 12 } }],
    })
    // What was set before the block that failed holds for it again: nowhere has no table t.
    project.write({ '002_b.sql': text("SELECT 1 / (to_regclass('t') IS NULL)::int", 'SELECT 1;\n') })
    await run(project)
    expect(await rows(project)).toEqual([1, 2, 3, 4, 5, 6, 7])
    const journal = await project.query("SELECT detail FROM nself.journal WHERE outcome = 'progress' ORDER BY id")
    expect(journal.flat()).toEqual(['statements 2 to 3 of 12', 'statement 8 of 12', 'statements 10 to 11 of 13'])
    expect(await project.statuses()).toEqual(['001_t applied', '002_b applied'])
  })

  test('is refused where a block that is done was edited', async () => {
    const project = await server.project({ '001_t.sql': base, '002_b.sql': text('SELECT 1 / 0') })
    await expect(run(project)).rejects.toMatchObject({ code: 'migration-failed' })
    project.write({ '002_b.sql': text('SELECT 1').replace('VALUES (5)', 'VALUES (50)') })
    await expect(run(project)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('was edited'),
    })
  })

  test('is reverted block by block, and resumed', async () => {
    const project = await server.project({ '001_t.sql': base, '002_b.sql': text('SELECT 1') })
    await run(project)
    await project.query('DELETE FROM t WHERE id = 3')
    const back = () => down(contextAs(project, 'local', told), plainUp)
    await expect(back()).rejects.toMatchObject({ report: { steps: [{ statements: { done: 3, total: 7 } }] } })
    expect(await rows(project)).toEqual([1, 2, 5, 6, 7])
    await project.query('INSERT INTO t VALUES (3)')
    await back()
    expect(await rows(project)).toEqual([1, 2, 3])
  })

  test('keeps what BEGIN says of its transactions, and COMMIT AND CHAIN keeps it', async () => {
    const shows = (isolation: string, readOnly: string) =>
      `DO $$ BEGIN ASSERT current_setting('transaction_isolation') = '${isolation}' AND current_setting('transaction_read_only') = '${readOnly}'; END $$;`
    const project = await server.project({
      '001_t.sql': base,
      '002_whole.sql': `BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE;\n${shows('serializable', 'on')}\nCOMMIT;`,
      '003_blocks.sql': `START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n${shows('repeatable read', 'on')}
COMMIT AND CHAIN;\n${shows('repeatable read', 'on')}\nCOMMIT;
BEGIN;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n${shows('serializable', 'off')}\nCOMMIT;\n${shows('read committed', 'off')}`,
      '004_set.sql': `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n${shows('serializable', 'off')}`,
    })
    await run(project)
    for (const begin of ['BEGIN READ ONLY;', 'SELECT 1; BEGIN READ ONLY;']) {
      project.write({ '005_writes.sql': `${begin}\nINSERT INTO t VALUES (9);\nCOMMIT;` })
      await expect(run(project)).rejects.toMatchObject({ message: expect.stringContaining('read-only transaction') })
    }
    expect(await rows(project)).toEqual([1, 2, 3])
  })

  test('is pointed at where its deferred constraints fail: at its COMMIT', async () => {
    const unique = 'CREATE TABLE u (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)'
    const project = await server.project({
      '001_u.sql': `BEGIN;\n${unique};\nCOMMIT;\nBEGIN;\nINSERT INTO u VALUES (1), (1);\nCOMMIT;\n`,
    })
    await expect(run(project)).rejects.toMatchObject({
      location: { line: 6 },
      report: { steps: [{ statements: { done: 3, total: 6 } }] },
    })
  })

  test('runs when it is too large to be held, its data with it', async () => {
    const filler = `-- ${'x'.repeat(4000)}\n`.repeat(1100)
    const project = await server.project({ '001_t.sql': base })
    writeFileSync(
      join(project.root, 'nself', 'migrations', '002_large.sql'),
      `BEGIN;\nCOPY t FROM stdin;\n4\n5\n\\.\nINSERT INTO t VALUES (6);\n${filler}COMMIT;\nBEGIN;\nINSERT INTO t VALUES (7);\nSELECT 1 / 0;\nCOMMIT;\n`,
    )
    await expect(run(project)).rejects.toMatchObject({
      location: { line: 1110 },
      report: { steps: [{}, { statements: { done: 4, total: 8 } }] },
    })
    expect(await rows(project)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('in production each transaction is looked at before it commits', () => {
  let project: Project
  beforeAll(async () => {
    project = await server.project({ '001_t.sql': base })
    await run(project, 'production')
  })

  const hidden = (where: string) => `DO $$ BEGIN EXECUTE 'DELETE ' || 'FROM t WHERE ${where}'; END $$;`

  test('of a section with several, and the next question names what it was rolled back for', async () => {
    project.write({
      '002_b.sql': `-- UP\nBEGIN;\nCREATE TABLE own (id int);\nINSERT INTO t VALUES (4);\nCOMMIT;\nBEGIN;\nDELETE FROM own;\n${hidden('id < 3')}\nCOMMIT;\n-- DOWN\nDROP TABLE own;\n`,
    })
    await expect(run(project, 'production')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('deletes 2 rows from t'),
      report: { steps: [{ outcome: 'failed', partly: true, statements: { done: 4, total: 8 } }] },
    })
    expect(await rows(project)).toEqual([1, 2, 3, 4])
    await expect(run(project, 'production')).rejects.toMatchObject({ code: 'not-confirmed' })
    expect(told.join('\n')).toContain('002_b deletes 2 rows from t, as it did before it was rolled back')
    // A table that the first attempt made is its own.
    expect(told.join('\n')).not.toContain('rows of own')
    const result = await run(project, 'production', phrase)
    expect(result).toMatchObject({ steps: [{ effects: [{ kind: 'delete', rows: 2 }] }] })
    expect(await rows(project)).toEqual([3, 4])
  })

  test('of one that runs statement by statement, whose triggers nobody has read', async () => {
    await project.query('CREATE TABLE logs (n int)')
    await project.query(
      'CREATE FUNCTION empties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t; RETURN NULL; END $$',
    )
    await project.query('CREATE TRIGGER empties AFTER INSERT ON logs EXECUTE FUNCTION empties()')
    project.write({ '003_c.sql': 'VACUUM logs;\nINSERT INTO logs VALUES (1);\n' })
    await expect(run(project, 'production')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('deletes 2 rows from t'),
    })
    expect(await rows(project)).toEqual([3, 4])
    await run(project, 'production', phrase)
    expect(await rows(project)).toEqual([])
    const effects = await project.query(
      "SELECT count(*)::int FROM nself.journal WHERE outcome = 'progress' AND effects IS NOT NULL AND name = '003_c'",
    )
    expect(effects).toEqual([[1]])
  })
})
