import { describe, expect, test } from 'vitest'
import { dumpText } from '../helpers/backups.ts'
import { keys } from '../helpers/cli.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'
import { standsStill } from '../helpers/stands-still.ts'

// Debian's pg_dump is newer than this server, as it must be.
const server = useServer(postgres14)
const users = `-- UP
CREATE TABLE users (id serial PRIMARY KEY, name text);
INSERT INTO users (name) SELECT 'somebody' FROM generate_series(1, 100);
-- DOWN
DROP TABLE users;
`
const update = (project: Project, ...args: string[]) => project.nself('db', 'update', ...args)

async function withUsers(): Promise<Project> {
  const project = await server.project({ '001_users.sql': users })
  await project.up()
  return project
}

const databases = async (project: Project) => {
  const name = project.url.replace(/^.*\//, '')
  const rows = await project.query(`SELECT count(*)::int FROM pg_database WHERE datname LIKE '${name}\\_before\\_%'`)
  return rows[0]?.[0]
}

describe('an update', () => {
  test('backs up, applies and verifies, and says so in figures', async () => {
    const project = await withUsers()
    project.write({ '002_t.sql': '-- UP\nCREATE TABLE t AS SELECT 1 AS id;\n' })
    const { code, stdout } = await update(project, '--json')
    expect(code).toBe(0)
    const { result } = JSON.parse(stdout)
    expect(result).toMatchObject({ kind: 'update', verified: { tables: 2, rows: 101 } })
    expect(result.backup).toMatch(/nself_full_.*\.dump$/)
    expect(await update(project)).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') })
  })

  test.each([
    ['DELETE FROM users WHERE id > 90', 'public.users has 90 rows, it had 100'],
    ['DROP TABLE users', 'public.users is gone, with 100 rows'],
  ])(
    'is not verified after %s; without a terminal it prints the command that restores the backup',
    async (sql, problem) => {
      const project = await withUsers()
      project.write({ '002_t.sql': `-- UP\n${sql};\n` })
      const { code, stderr } = await update(project)
      expect(code).toBe(4)
      expect(stderr).toContain(problem)
      const line = /nself db restore (\S+)/.exec(stderr)?.[1] ?? ''
      expect(await project.statuses()).toEqual(['001_users applied', '002_t applied'])
      await project.ok('db', 'restore', line)
      expect(await project.statuses()).toEqual(['001_users applied', '002_t pending'])
    },
  )

  test('in staging rolls back what nobody approved, and names the update that does', async () => {
    const project = await withUsers()
    await project.ok('db', 'migrate', 'repair', '--mark-environment', 'staging')
    project.write({ '002_t.sql': "-- UP\nDO $$ BEGIN EXECUTE 'DELETE FROM ' || 'users WHERE id < 3'; END $$;\n" })
    const flags = ['--env', 'staging', '--yes', '--allow-lost-rows']
    const refused = await update(project, ...flags)
    expect(refused.code, refused.stderr).toBe(3)
    expect(refused.stderr).toContain('deletes 2 rows from users')
    expect(refused.stderr).toContain('nself db update --env staging')
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[100]])
    const { code, stderr } = await update(project, ...flags)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('002_t deletes 2 rows from users, as it did before it was rolled back')
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[98]])
  })

  test.each(['2/4 Apply', '3/4 Verify'])(
    'that is killed after %s leaves what it has applied and its backup, and nothing else',
    async (stage) => {
      const project = await withUsers()
      project.write({ '002_t.sql': '-- UP\nCREATE TABLE t AS SELECT 1 AS id;\n-- DOWN\nDROP TABLE t;\n' })
      const running = project.start('db', 'update')
      await running.says(stage)
      running.kill('SIGKILL')
      await running.finished
      expect(await project.statuses()).toEqual(['001_users applied', '002_t applied'])
      expect(await update(project)).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') })
      expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
      const { result } = JSON.parse(await project.ok('db', 'backup', 'list', '--json'))
      expect(result.backups).toHaveLength(1)
      const database = new URL(project.url).pathname.slice(1)
      const left = await project.query(
        `SELECT datname FROM pg_database WHERE datname LIKE '${database}\\_%' OR datname LIKE 'nself\\_%'`,
      )
      expect(left).toEqual([])
    },
  )

  test('names only what it verified: what is not as it should be is told, and a renamed table is not gone', async () => {
    const project = await withUsers()
    await project.query('CREATE TABLE kept AS SELECT 1 AS id; ALTER TABLE kept ADD CHECK (id > 0) NOT VALID')
    project.write({ '002_t.sql': "-- UP\nSELECT setval('users_id_seq', 7);\nALTER TABLE users RENAME TO people;\n" })
    const { code, stderr } = await update(project)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Warning: constraint kept_id_check on kept is not validated')
    expect(stderr).toContain('Warning: public.users_id_seq of public.people.id is behind its column')
    expect(stderr).toMatch(
      / ✓ 2 tables, 101 rows: every file is recorded with its checksum, no table has fewer rows, no index is INVALID$/m,
    )
  })

  test('takes lost rows for granted with --allow-lost-rows', async () => {
    const project = await withUsers()
    project.write({ '002_t.sql': '-- UP\nDELETE FROM users WHERE id > 90;\n' })
    const { code, stderr } = await update(project, '--allow-lost-rows')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('Note: public.users has 90 rows')
  })
})

describe('rolling back', () => {
  test('leaves the database byte for byte as it was, and keeps the failed one', async () => {
    const project = await withUsers()
    const before = dumpText(project)
    project.write({
      '002_t.sql': '-- UP\nCREATE TABLE t (id int);\nDELETE FROM users WHERE id > 90;\n',
      '003_u.sql': '-- UP\nSELECT 1 / 0;\n',
    })
    const { code, stderr } = await update(project, '--rollback-on-failure')
    expect(code).toBe(4)
    const stages = [
      /^1\/4 Backup {4}✓ nself_full_\d+_\d+\.dump {3}[\d.]+ kB, verified, [\d.]+ m?s$/m,
      /^2\/4 Apply {5}✓ 002_t {2}[\d.]+ m?s\n {14}✗ 003_u \(003_u\.sql:2\) {2}division by zero$/m,
      /^3\/4 Verify {4}not reached\n4\/4 Restore {3}restoring the backup of \d\d:\d\d:\d\d UTC$/m,
    ]
    for (const stage of stages) expect(stderr).toMatch(stage)
    expect(stderr).toContain('Error: division by zero')
    expect(stderr).toContain('Next: fix 003_u.sql, then: nself db update\n')
    expect(stderr).toContain('now: as it was before · 002_t rolled back · 003_u not applied')
    expect(stderr).toMatch(
      /^✓ Restored\. The failed database is kept as \w+_before_\w+; to drop it: nself db backup prune --databases$/m,
    )
    expect(dumpText(project)).toBe(before)
    expect(await databases(project)).toBe(1)
  })

  test('does not keep it with --drop-failed', async () => {
    const project = await withUsers()
    project.write({ '002_t.sql': '-- UP\nDELETE FROM users;\n' })
    expect((await update(project, '--rollback-on-failure', '--drop-failed')).code).toBe(4)
    expect(await databases(project)).toBe(0)
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[100]])
  })

  test('is not even thought of when the failed migration has left nothing', async () => {
    const project = await withUsers()
    project.write({ '002_t.sql': '-- UP\nCREATE TABLE t (id int);\nSELECT 1 / 0;\n' })
    const { code, stderr } = await update(project, '--rollback-on-failure')
    expect(code).toBe(4)
    expect(stderr).toContain('nothing was changed, and the backup is kept')
    expect(await databases(project)).toBe(0)
  })

  test('in production needs the phrase, which is asked for before anything where nobody can be asked after it', async () => {
    const project = await withUsers()
    await project.ok('db', 'migrate', 'repair', '--mark-environment', 'production')
    project.write({ '002_t.sql': '-- UP\nCREATE TABLE t AS SELECT 1;\nDROP TABLE users;\n' })
    const phrase = ['--confirm', 'yes-destroy-production']
    const at = (...args: string[]) => update(project, '--env', 'production', '--rollback-on-failure', ...args)
    for (const args of [['--yes'], ['--yes', '--confirm', 'wrong']]) {
      const { code, stderr } = await at(...args)
      expect(code, stderr).toBe(3)
      expect(stderr).toContain(`--confirm yes-destroy-production`)
    }
    expect(await project.statuses()).toEqual(['001_users applied', '002_t pending'])
    const { code, stderr } = await at(...phrase)
    expect(code, stderr).toBe(4)
    expect(stderr).toContain('✓ Restored.')
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[100]])
  })

  test.each([
    ['y', 0],
    ['yes-destroy-production', 100],
  ])(
    'in production is asked for by a question that stands still, and "%s" typed leaves %i rows',
    async (typed, rows) => {
      const project = await withUsers()
      await project.ok('db', 'migrate', 'repair', '--mark-environment', 'production')
      const empty = '-- UP\nDO $$ BEGIN DELETE FROM users; END $$;\n'
      project.write({ '002_t.sql': empty })
      const terminal = project.atTerminal('db', 'update', '--env', 'production', '--confirm', 'yes-destroy-production')
      await standsStill(project, terminal, 'Type yes-destroy-production to restore it')
      terminal.type(`${typed}\r`)
      const { code, screen } = await terminal.finished
      expect(code, screen).toBe(4)
      expect(screen).toContain(rows === 0 ? 'or restore the backup:' : '✓ Restored.')
      expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[rows]])
    },
  )

  test('is asked for at a terminal, by a question that stands still', async () => {
    const project = await withUsers()
    project.write({ '002_t.sql': '-- UP\nDELETE FROM users;\n' })
    const terminal = project.atTerminal('db', 'update')
    await standsStill(project, terminal, 'What was written since then is lost. (y/N)')
    terminal.type('y\r')
    expect((await terminal.finished).code).toBe(4)
    expect(await project.query('SELECT count(*)::int FROM users')).toEqual([[100]])
  })
})

test('an update whose question is answered with Ctrl-C says that the migrations are applied', async () => {
  const project = await withUsers()
  project.write({ '002_t.sql': '-- UP\nDELETE FROM users;\n' })
  const terminal = project.atTerminal('db', 'update')
  await terminal.shows('What was written since then is lost. (y/N)')
  terminal.type(keys.ctrlC)
  const { code, screen } = await terminal.finished
  expect(code).toBe(130)
  expect(screen).not.toContain('othing was changed')
  expect(screen.replace(/\s+/g, ' ')).toContain('to restore the backup: nself db restore nself_full_')
  expect(await project.statuses()).toEqual(['001_users applied', '002_t applied'])
})

describe('production', () => {
  test('up, down and repair back up first, and say how to restore the backup', async () => {
    const project = await withUsers()
    await project.ok('db', 'migrate', 'repair', '--mark-environment', 'production')
    const production = async (...args: string[]) => {
      const { code, stdout, stderr } = await project.nself('db', ...args, '--env', 'production')
      expect(code, stdout + stderr).toBe(0)
      return stderr
    }
    project.write({ '002_t.sql': '-- UP\nCREATE TABLE t (id int);\n-- DOWN\nDROP TABLE t;\n' })
    expect(await production('migrate', 'up', '--yes')).toMatch(
      /Backup: .*To restore the database as it was before: nself db restore nself_full_\S+ --env production/s,
    )
    expect(await production('migrate', 'down', '--confirm', 'yes-destroy-production')).toMatch(/Backup: /)
    expect(await production('migrate', 'repair', '--mark-applied', '2', '--yes')).toMatch(/Backup: /)
    expect(JSON.parse(await project.ok('db', 'backup', 'list', '--json')).result.backups).toHaveLength(3)
  })
})
