import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backUp, backupsOf, connectAs, databaseOf, databasesOf, dumpText, filesIn } from '../helpers/backups.ts'
import { forEachDeath, untilIdle } from '../helpers/kill.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'
import { type Passing, startProxy } from '../helpers/proxy.ts'

// Debian's pg_dump is newer than this server, as it must be.
const server = useServer(postgres14)

const file = (letter: string) =>
  `-- UP\nCREATE TABLE ${letter} AS SELECT 1 AS n;\nCREATE INDEX ON ${letter} (n);\n-- DOWN\nDROP TABLE ${letter};\n`
/** Its rows and tables; how the restore got into the journal is another matter. */
const picture = (project: Project) => dumpText(project, '--exclude-schema=nself')
const history = (project: Project) => project.query('SELECT name, state, checksum FROM nself.migrations ORDER BY 1')
/** Between two of these the server stays as it is. */
const changes = ({ isTool, application, type, text }: Passing) =>
  !isTool && application !== 'nself' && /[Qdc]/.test(type) && !/^(SELECT|SHOW|SET) /.test(text)
const tools = ({ isTool, type }: Passing) => isTool && type === 'Q'

/** Dumps in the folder of backups that are not as their manifest says; and what is not finished. */
function brokenBackups(project: Project): string[] {
  const names = filesIn(project)
  return names.filter((name) => {
    if (!name.endsWith('.dump')) return false
    if (!names.includes(`${name}.json`)) return true
    const read = (of: string) => readFileSync(join(backupsOf(project), of))
    const { sha256 } = JSON.parse(read(`${name}.json`).toString()) as { sha256: string }
    return createHash('sha256').update(read(name)).digest('hex') !== sha256
  })
}

const unfinished = (project: Project) => filesIn(project).filter((name) => name.endsWith('.tmp'))

async function applied(): Promise<Project> {
  const project = await server.project({ '001_a.sql': file('a'), '002_b.sql': file('b') })
  await project.up()
  return project
}

/** The messages around which a run is killed. */
const deaths = [
  ['before each change that it sends', { side: 'before', counts: changes }],
  ['while the server works on each change', { side: 'after', counts: changes }],
  ['while pg_dump and pg_restore work', { side: 'after', counts: tools, every: 25 }],
] as const

describe.each(deaths)('killed with -9 %s', (_, death) => {
  test('update leaves whole backups and whole migrations, and the next one finishes', async () => {
    const template = await applied()
    template.write({ '003_c.sql': file('c'), '004_d.sql': file('d') })
    await untilIdle(template)
    const finished = await server.twin(template)
    await finished.ok('db', 'update')
    await forEachDeath(server, template, { args: ['db', 'update'], ...death }, async (project, at) => {
      await untilIdle(project)
      expect(brokenBackups(project), at).toEqual([])
      const names = (await history(project)).map(([name]) => (name as string).slice(-1))
      expect(await project.tables(), at).toEqual(names)
      await project.ok('db', 'update')
      if (unfinished(project).length > 0) await project.ok('db', 'backup')
      expect(picture(project), at).toBe(picture(finished))
      expect(await history(project), at).toEqual(await history(finished))
      expect([...brokenBackups(project), ...unfinished(project)], at).toEqual([])
      await untilIdle(project)
    })
  })

  test.each([
    ['beside the database', ['--drop-old']],
    ['in place', ['--in-place']],
  ])('restore %s leaves the old database or the new one, and the next restore finishes', async (_, how) => {
    const template = await applied()
    const before = picture(template)
    const rows = await history(template)
    const { file: backup } = await backUp(template)
    await template.query('INSERT INTO a VALUES (2); DROP TABLE b')
    const old = picture(template)
    await untilIdle(template)
    const args = ['db', 'restore', backup, ...how]
    await forEachDeath(server, template, { args, ...death }, async (project, at) => {
      // While it is being replaced nobody can connect; the server is done with it by then.
      await untilIdle(project)
      expect([old, before], at).toContain(picture(project))
      await project.ok(...args)
      expect(picture(project), at).toBe(before)
      expect(await history(project), at).toEqual(rows)
      const left = (await databasesOf(project)).filter((name) => name.includes('_restore_'))
      expect(left, at).toEqual([])
      await untilIdle(project)
    })
  })
})

test('killed with -9 while the server makes its database and does not see it leave, the next restore ends that first', async () => {
  const project = await applied()
  const { file: backup } = await backUp(project)
  await untilIdle(project)
  const creation = `CREATE DATABASE "${databaseOf(project)}_restore_`
  const beside = project.url.replace(/[^/]*$/, 'postgres')
  const holder = await connectAs(project, 'holder', beside)
  await holder.query('BEGIN; LOCK TABLE pg_database IN SHARE MODE')
  // A transaction would see the same activity each time.
  const watcher = await connectAs(project, 'watcher', beside)
  const waiting = async () => {
    const { rows } = await watcher.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ^@ '${creation}'`,
    )
    return rows.map(({ pid }) => pid)
  }
  const patience = { timeout: 20_000, interval: 20 }
  const { url, close } = await startProxy(project.url, {
    fate: ({ text }) => (text.startsWith(creation) ? 'orphan' : 'pass'),
  })
  const first = project.start('db', 'restore', backup, '--drop-old', '--database-url', url)
  await expect.poll(waiting, patience).toHaveLength(1)
  const [orphan] = await waiting()
  first.kill('SIGKILL')
  await first.finished
  const next = project.start('db', 'restore', backup, '--drop-old')
  await expect.poll(waiting, patience).not.toEqual([orphan])
  await expect.poll(waiting, patience).toHaveLength(1)
  await holder.query('COMMIT')
  const { code, stderr } = await next.finished
  await close()
  expect(code, stderr).toBe(0)
  expect(await databasesOf(project)).toEqual([databaseOf(project)])
})

test('killed with -9 at each change in the folder of backups, backup leaves no broken one, and the next one cleans up', async () => {
  const template = await applied()
  await untilIdle(template)
  for (let n = 1, isOver = false; !isOver; n++) {
    const project = await server.twin(template)
    mkdirSync(backupsOf(project))
    let seen = 0
    const running = project.start('db', 'backup')
    const watcher = watch(backupsOf(project), () => ++seen === n && running.kill('SIGKILL'))
    const { code } = await running.finished
    watcher.close()
    await untilIdle(project)
    expect(brokenBackups(project), `change ${n}`).toEqual([])
    await project.ok('db', 'backup')
    expect([...brokenBackups(project), ...unfinished(project)], `change ${n}`).toEqual([])
    await server.remove(project)
    isOver = code === 0
  }
})

test('killed with -9 at each change, repair has done all of the tracking or none, and what is left can be done', async () => {
  const template = await applied()
  template.write({ '003_c.sql': file('c') })
  await template.query(`INSERT INTO a VALUES (1); CREATE TABLE c AS SELECT 1 AS n`)
  await template.query('CREATE UNIQUE INDEX CONCURRENTLY broken ON a (n)').catch(() => {})
  await untilIdle(template)
  const drop = ['--drop-invalid-index', 'public.broken']
  const args = ['db', 'migrate', 'repair', '--mark-applied', '3', '--mark-environment', 'staging', ...drop]
  for (const side of ['before', 'after'] as const) {
    await forEachDeath(server, template, { args, side, counts: changes }, async (project, at) => {
      await untilIdle(project)
      const [[marked, staging, broken] = []] = await project.query(
        `SELECT (SELECT count(*)::int FROM nself.migrations WHERE version = 3),
         (SELECT count(*)::int FROM nself.metadata WHERE value = 'staging'), (SELECT count(*)::int FROM pg_class WHERE relname = 'broken')`,
      )
      expect(marked, at).toBe(staging)
      if (marked === 0) expect(broken, at).toBe(1)
      const rest = marked === 0 ? args : broken === 1 ? ['db', 'migrate', 'repair', ...drop] : []
      if (rest.length > 0) await project.ok(...rest, '--env', 'staging', '--yes')
      const check = await project.nself('db', 'migrate', 'status', '--check', '--env', 'staging')
      expect(check.stdout, at).toMatch(/^003 +c +Applied/m)
      expect(await project.query("SELECT count(*)::int FROM pg_class WHERE relname = 'broken'"), at).toEqual([[0]])
      await untilIdle(project)
    })
  }
})
