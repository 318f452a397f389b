import { describe, expect, test } from 'vitest'
import { dumpText } from '../helpers/backups.ts'
import { forEachDeath, untilIdle } from '../helpers/kill.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'
import type { Passing } from '../helpers/proxy.ts'

// Debian's pg_dump is newer than this server, as it must be.
const server = useServer(postgres14)

const migrate = (...args: string[]) => ['db', 'migrate', ...args] as const
const pair = (letter: string, more = '') => `-- UP
CREATE TABLE ${letter}1 (n int);
${more}CREATE TABLE ${letter}2 (n int);
-- DOWN
DROP TABLE ${letter}1;
DROP TABLE ${letter}2;
`
const files = {
  '001_a.sql': pair('a'),
  '002_b.sql': `-- UP
INSERT INTO a1 VALUES (1);
CREATE INDEX CONCURRENTLY a1_n ON a1 (n);
BEGIN;
INSERT INTO a1 VALUES (2);
INSERT INTO a1 VALUES (3);
COMMIT AND CHAIN;
INSERT INTO a1 VALUES (4);
COMMIT;
-- DOWN
INSERT INTO a1 VALUES (5);
DROP INDEX CONCURRENTLY a1_n;
BEGIN;
INSERT INTO a1 VALUES (6);
INSERT INTO a1 VALUES (7);
COMMIT;
`,
  '003_c.sql': pair('c', 'COPY c1 FROM stdin;\n1\n2\n\\.\n'),
  '004_d.sql': pair('d'),
}

const applied = async (of: Record<string, string> = files) => {
  const project = await server.project(of)
  await project.ok(...migrate('up'))
  return project
}

/** What it comes to: the database without the tracking tables, and these without their times. */
async function picture(project: Project) {
  const history = await project.query(
    'SELECT name, state, checksum, statements_done FROM nself.migrations ORDER BY position',
  )
  return { history, dump: dumpText(project, '--exclude-schema=nself') }
}

/** Migrations that are neither whole with their row nor absent without one. */
async function torn(project: Project): Promise<unknown[][]> {
  const [[tracked] = []] = await project.query("SELECT to_regclass('nself.migrations') IS NOT NULL")
  const rows = tracked ? 'SELECT version::int, state FROM nself.migrations' : 'SELECT 0, NULL WHERE false'
  return project.query(`WITH rows (version, state) AS (${rows}), tables AS (
      SELECT ascii(left(relname, 1)) - ascii('a') + 1 AS version, count(*) FROM pg_class
      WHERE relname ~ '^[acd][12]$' AND relkind = 'r' GROUP BY 1)
    SELECT version, state, count FROM (SELECT * FROM rows WHERE version <> 2) AS whole FULL JOIN tables USING (version)
    WHERE state IS DISTINCT FROM 'applied' OR count IS DISTINCT FROM 2
    UNION ALL SELECT version, state, NULL FROM rows
    WHERE version = 2 AND state = 'applied' AND NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a1_n') AND indisvalid)`)
}

/** Between two of these the server stays as it is. */
const changes = ({ application, type, text }: Passing) =>
  application !== 'nself' && /[Qdc]/.test(type) && !/^(SELECT|SHOW|SET) /.test(text)

/** Even where nothing can have changed: `up` stands for all runs there. */
const all = () => true

interface Case {
  readonly before: () => Promise<Project>
  readonly args: readonly string[]
  /** What a person runs next. */
  readonly next: (project: Project) => Promise<unknown>
}

const cases: Record<string, Case> = {
  up: { before: () => server.project(files), args: migrate('up'), next: (project) => project.ok(...migrate('up')) },
  'up --single-transaction': {
    before: () => server.project({ '001_a.sql': files['001_a.sql'], '004_d.sql': files['004_d.sql'] }),
    args: migrate('up', '--single-transaction'),
    next: (project) => project.ok(...migrate('up')),
  },
  down: {
    before: () => applied(),
    args: migrate('down', '--to', '0'),
    next: async (project) => {
      await project.ok(...migrate('down', '--to', '0'))
      expect(await project.tables()).toEqual([])
      await project.ok(...migrate('up'))
    },
  },
  fresh: {
    before: async () => {
      const project = await applied({ '001_a.sql': files['001_a.sql'], '004_d.sql': files['004_d.sql'] })
      await project.query('INSERT INTO d1 VALUES (5)')
      return project
    },
    args: migrate('fresh'),
    next: (project) => project.ok(...migrate('up')),
  },
}

describe.each(Object.entries(cases))('%s', (name, { before, args, next }) => {
  test.each([
    [
      name === 'up' ? 'before each message that it sends' : 'before each change',
      'before',
      name === 'up' ? all : changes,
    ],
    ['while the server works on each change', 'after', changes],
  ] as const)('killed with -9 %s: all is whole or absent, and the next run finishes', async (_, side, counts) => {
    const template = await before()
    await untilIdle(template)
    const ends: unknown[] = []
    for (const commands of [[], [args]]) {
      const project = await server.twin(template)
      for (const command of commands) await project.ok(...command)
      await next(project)
      ends.push(await picture(project))
    }
    await forEachDeath(server, template, { args, side, counts }, async (project, at) => {
      if (side === 'before') {
        await untilIdle(project)
        expect(await torn(project), at).toEqual([])
      }
      await next(project)
      expect(ends, at).toContainEqual(await picture(project))
      await untilIdle(project)
    })
  })
})

test('fresh killed between the transactions in which it drops a large schema: up refuses until fresh has ended', async () => {
  const template = await applied({ '001_a.sql': files['001_a.sql'] })
  await template.query(
    "DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('CREATE TYPE x%s AS (n int)', i); END LOOP; END $$",
  )
  await untilIdle(template)
  const left = "SELECT count(*)::int FROM pg_type WHERE typname ~ '^x\\d'"
  let refused = 0
  await forEachDeath(
    server,
    template,
    { args: migrate('fresh'), side: 'before', counts: changes },
    async (project, at) => {
      await untilIdle(project)
      const [[count] = []] = await project.query(left)
      const { code, stderr } = await project.nself(...migrate('up'))
      const isHalf = count !== 0 && count !== 450
      expect(code, `${at}\n${stderr}`).toBe(isHalf ? 3 : 0)
      if (isHalf) {
        refused++
        expect(stderr, at).toContain('nself db migrate fresh')
        await project.ok(...migrate('fresh'))
        expect(await project.query(left), at).toEqual([[0]])
      }
      expect(await project.tables(), at).toEqual(['a1', 'a2'])
    },
  )
  expect(refused).toBeGreaterThan(0)
})
