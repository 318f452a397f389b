import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { backUp, backupsOf, connectAs, filesIn, processesWith, usePgDumpThat } from '../helpers/backups.ts'
import { checkout } from '../helpers/cli.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer(postgres14)
const files = { '001_a.sql': '-- UP\nCREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 1000);\n' }

async function migrated(): Promise<Project> {
  const project = await server.project(files)
  await project.up()
  return project
}

/** A backup that waits for a table, and pg_dump's process. */
async function waiting(project: Project, ...args: string[]) {
  const blocker = await connectAs(project, 'blocker')
  await blocker.query('BEGIN; LOCK TABLE a')
  const running = project.start('db', 'backup', ...args)
  await project.until(
    `SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  const [pgDump] = processesWith(`--file=${backupsOf(project)}`)
  return { blocker, running, pgDump: pgDump as NonNullable<typeof pgDump> }
}

describe('a backup', () => {
  test('is a file of pg_dump that only its owner may read, with a manifest', async () => {
    const project = await migrated()
    const { file, path, manifest } = await backUp(project)
    expect(file).toMatch(/^nself_full_\d{8}_\d{6}\.dump$/)
    expect(filesIn(project)).toEqual([file, `${file}.json`])
    for (const name of filesIn(project)) expect(statSync(join(backupsOf(project), name)).mode & 0o777).toBe(0o600)
    const size = statSync(path).size
    const sum = createHash('sha256').update(readFileSync(path)).digest('hex')
    expect(manifest).toMatchObject({
      method: 'dump',
      kind: 'full',
      environment: 'local',
      lastVersion: '001_a',
      size,
      sha256: sum,
      verified: true,
    })
    expect(manifest.serverVersion).toMatch(/^14\./)
    const [told] = await project.query(
      "SELECT system_identifier::text, current_setting('search_path') FROM pg_control_system()",
    )
    expect([manifest.serverId, manifest.searchPath]).toEqual(told)
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toEqual(manifest)
    const list = await project.ok('db', 'backup', 'list')
    expect(list).toMatch(new RegExp(`^${file} .* local +001_a +yes$`, 'm'))
    expect(list).toContain('1 in _backups')
  })

  test('of the schema alone holds no rows but the history, one of the data alone neither schema nor history', async () => {
    const project = await migrated()
    const contents = (path: string) => spawnSync('pg_restore', ['--list', path], { encoding: 'utf8' }).stdout
    const schema = contents((await backUp(project, '--schema-only')).path)
    expect(schema).toContain(' TABLE public a ')
    expect(schema).toContain(' TABLE DATA nself migrations ')
    expect(schema).not.toContain(' TABLE DATA public a ')
    const data = contents((await backUp(project, '--data-only')).path)
    expect(data).toContain(' TABLE DATA public a ')
    expect(data).not.toMatch(/ TABLE public a | nself /)
  })

  test('gets a name of its own when several are taken at once', async () => {
    const project = await migrated()
    const taken = await Promise.all([1, 2, 3].map(() => backUp(project)))
    expect(new Set(taken.map(({ file }) => file)).size).toBe(3)
    expect(filesIn(project)).toHaveLength(6)
  })

  test('--keep removes older ones, but neither those without a manifest nor the newest verified one', async () => {
    const project = await migrated()
    const first = await backUp(project)
    const second = await backUp(project)
    const spoilt = await backUp(project)
    writeFileSync(spoilt.path, 'spoilt')
    writeFileSync(join(backupsOf(project), 'nself_full_20200101_000000.dump'), 'from elsewhere')
    await project.ok('db', 'backup', 'prune', '1')
    expect(filesIn(project).filter((name) => name.endsWith('.dump'))).toEqual(
      ['nself_full_20200101_000000.dump', second.file, spoilt.file].sort(),
    )
    expect(filesIn(project)).not.toContain(first.file)
  })

  test('--keep counts only backups of the same kind', async () => {
    const project = await migrated()
    const full = [await backUp(project), await backUp(project)]
    const data = [await backUp(project, '--data-only'), await backUp(project, '--data-only', '--keep', '1')]
    expect(filesIn(project).filter((name) => name.endsWith('.dump'))).toEqual(
      [...full, ...data.slice(1)].map(({ file }) => file).sort(),
    )
  })

  test('is closed to others from its first byte, in a folder that is open too', async () => {
    const project = await migrated()
    mkdirSync(backupsOf(project), { mode: 0o755 })
    const { blocker, running } = await waiting(project)
    const [temporary] = filesIn(project)
    expect(statSync(join(backupsOf(project), temporary as string)).mode & 0o777).toBe(0o600)
    await blocker.query('ROLLBACK')
    expect((await running.finished).code).toBe(0)
  })

  test('--keep counts only backups of the same server, and never removes the one just taken', async () => {
    const project = await migrated()
    const elsewhere = await backUp(project)
    const edit = (path: string, more: object) =>
      writeFileSync(`${path}.json`, JSON.stringify({ ...JSON.parse(readFileSync(`${path}.json`, 'utf8')), ...more }))
    edit(elsewhere.path, { server: 'db.example.org:5432' })
    const tomorrow = await backUp(project)
    edit(tomorrow.path, { takenAt: '2099-01-01T00:00:00.000Z' })
    const { file } = await backUp(project, '--keep', '1')
    expect(filesIn(project).filter((name) => name.endsWith('.dump'))).toEqual([elsewhere.file, file].sort())
  })

  test('finds the password in the file that PGPASSFILE names', async () => {
    const project = await migrated()
    const { hostname, port, username, password } = new URL(project.url)
    const passwords = join(project.root, 'passwords')
    writeFileSync(passwords, `${hostname}:${port}:*:${username}:${decodeURIComponent(password)}\n`, { mode: 0o600 })
    const env = { PGPASSFILE: passwords, DATABASE_URL: project.url.replace(/:[^:@]*@/, '@') }
    const { code, stderr } = await project.run(['db', 'backup'], { env })
    expect(code, stderr).toBe(0)
  })

  test('never has the password in the arguments of a process', async () => {
    const project = await migrated()
    const { blocker, running, pgDump } = await waiting(project)
    const password = decodeURIComponent(new URL(project.url).password)
    expect(pgDump.environment).toContain(`PGPASSWORD=${password}`)
    expect(processesWith(password)).toEqual([])
    await blocker.query('ROLLBACK')
    expect((await running.finished).code).toBe(0)
  })
})

describe('a backup that fails', () => {
  test('gives up on a locked table after --lock-wait, with exit status 5', async () => {
    const project = await migrated()
    const { running } = await waiting(project, '--lock-wait', '300ms')
    const { code, stderr } = await running.finished
    expect(code).toBe(5)
    expect(stderr).toContain('--lock-wait')
    expect(filesIn(project)).toEqual([])
  })

  test.each([
    ['pg_dump is killed', 4, (pid: number) => process.kill(pid, 'SIGKILL'), 'pg_dump was ended by SIGKILL'],
    ['nself is interrupted', 130, null, 'interrupted'],
  ] as const)('leaves no file when %s', async (_, status, kill, says) => {
    const project = await migrated()
    const earlier = await backUp(project)
    const { running, pgDump } = await waiting(project)
    if (kill === null) running.kill('SIGINT')
    else kill(pgDump.pid)
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(status)
    expect(stderr).toContain(says)
    expect(filesIn(project)).toEqual([earlier.file, `${earlier.file}.json`])
  })

  test('leaves no file under a final name when nself is killed; the next one sweeps', async () => {
    const project = await migrated()
    const { blocker, running } = await waiting(project)
    running.kill('SIGKILL')
    await running.finished
    const left = filesIn(project)
    expect(left.filter((name) => !name.endsWith('.tmp'))).toEqual([])
    expect(left).toHaveLength(1)
    await blocker.query('ROLLBACK')
    const { file } = await backUp(project)
    expect(filesIn(project)).toEqual([file, `${file}.json`])
  })

  test('leaves the temporary file of a backup that is still being taken alone', async () => {
    const project = await migrated()
    const { blocker, running } = await waiting(project)
    await backUpAnother(project)
    await blocker.query('ROLLBACK')
    expect((await running.finished).code).toBe(0)
    expect(filesIn(project).filter((name) => name.endsWith('.dump'))).toHaveLength(1)
  })

  test('leaves no file on a full disk and says what to do', async () => {
    const project = await migrated()
    await project.query(
      'CREATE TABLE big AS SELECT md5(i::text) || md5((-i)::text) AS t FROM generate_series(1, 100000) i',
    )
    const small = join(project.root, 'small')
    mkdirSync(small)
    const { code, stderr } = await onFullDisk(project, small)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('the disk is full')
    expect(spawnSync('ls', ['-A', small], { encoding: 'utf8' }).stdout).toBe('.gitignore\n')
  })

  test('keeps no dump that is cut off though pg_dump said that all is well, and removes no earlier one for it', async () => {
    const project = await migrated()
    const earlier = await backUp(project)
    usePgDumpThat(project, 'truncate -s -2000 "$file"')
    const { code, stderr } = await project.nself('db', 'backup', '--keep', '1')
    expect(code).toBe(4)
    expect(stderr).toContain('pg_dump wrote an incomplete file; no backup was kept')
    expect(filesIn(project)).toEqual([earlier.file, `${earlier.file}.json`])
  })

  test('has its table named when the role may not read it', async () => {
    const project = await migrated()
    await project.query("CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA nself TO reader")
    await project.query('GRANT SELECT ON ALL TABLES IN SCHEMA nself TO reader')
    const url = project.url.replace(/\/\/[^@]*@/, '//reader:reader@')
    const { code, stderr } = await project.nself('db', 'backup', '--database-url', url)
    expect(code).toBe(4)
    expect(stderr).toContain('permission denied for table a')
    expect(filesIn(project)).toEqual([])
  })
})

/** Of a table that nobody holds: sweeping is all that it could do to the one under way. */
async function backUpAnother(project: Project): Promise<void> {
  const { code } = await project.nself('db', 'backup', '--lock-wait', '100ms')
  expect(code).toBe(5)
}

/** Takes a backup into a folder of little room: a small file system where one may be mounted, else a limit on the size of files. */
async function onFullDisk(project: Project, folder: string): Promise<{ code: number | null; stderr: string }> {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder]).status === 0
  if (mounted) onTestFinished(() => void spawnSync('umount', [folder]))
  const env = { NSELF_BACKUPS_DIR: folder }
  if (mounted) return project.run(['db', 'backup'], { env })
  const program = join(checkout, 'bin', 'nself.js')
  const limited = `trap '' XFSZ; ulimit -f 1000; exec '${process.execPath}' '${program}' db backup`
  const child = spawn('bash', ['-c', limited], {
    cwd: project.root,
    env: { ...process.env, ...env, DATABASE_URL: project.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })))
}
