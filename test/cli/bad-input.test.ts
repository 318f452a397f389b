import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Finished, program } from '../helpers/cli.ts'
import { withFullStdout } from '../helpers/full-stdout.ts'
import { stranger } from '../helpers/own-server.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const good = { '001_a.sql': 'CREATE TABLE a (id int);' }
const up = ['db', 'migrate', 'up'] as const
const at = (project: Project, name: string) => join(project.root, 'nself', 'migrations', name)

/** One message that says what is wrong and what to type next, and nothing that helps nobody. */
function expectClear({ code, stdout, stderr }: Finished, status: number, ...told: string[]) {
  expect(code, stderr).toBe(status)
  expect(stdout).toBe('')
  expect(stderr.split(/^Error: /m), stderr).toHaveLength(2)
  expect(stderr.split(/^Next: ./m), stderr).toHaveLength(2)
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+|undefined|\[object|bug|[^\P{Cc}\n]/mu)
  for (const text of told) expect(stderr).toContain(text)
}

async function expectUntouched(project: Project) {
  expect(await project.tables()).toEqual([])
  expect(await project.query("SELECT to_regnamespace('nself')")).toEqual([[null]])
}

describe('files', () => {
  const faults: [what: string, make: (path: string) => void, told: string][] = [
    ['a folder', (path) => mkdirSync(path), 'is a folder'],
    ['a link in a circle', (path) => symlinkSync(path, path), 'leads in a circle'],
    ['a dangling link', (path) => symlinkSync('/nowhere/at/all', path), 'does not exist'],
    ['latin-1', (path) => writeFileSync(path, Buffer.from("SELECT 'ok';\nSELECT 'é';\n", 'latin1')), '002_b.sql:2:9'],
    ['a NUL', (path) => writeFileSync(path, 'SELECT 1;\nSELECT \0;\n'), '002_b.sql:2:8'],
    ['an open quote', (path) => writeFileSync(path, "SELECT 1;\nSELECT 'open;\n"), '002_b.sql:2:8'],
    ['an open comment', (path) => writeFileSync(path, 'SELECT 1;\n /* open\n'), '002_b.sql:2:2'],
    ['an open dollar quote', (path) => writeFileSync(path, 'SELECT 1;\nSELECT $x$ $y$;\n'), '002_b.sql:2:8'],
    ['a psql command', (path) => writeFileSync(path, 'SELECT 1;\n\\i other.sql\n'), '002_b.sql:2:1'],
    ['two UPs', (path) => writeFileSync(path, '-- UP\nSELECT 1;\n-- UP\nSELECT 2;\n'), '002_b.sql:3:1'],
    ['no UP', (path) => writeFileSync(path, '-- DOWN\nSELECT 1;\n'), 'a DOWN section but no UP'],
    ['an unknown header', (path) => writeFileSync(path, '-- nself: quickly\nSELECT 1;\n'), '002_b.sql:1:1'],
    ['an unknown dependency', (path) => writeFileSync(path, '-- depends_on: 009\nSELECT 1;\n'), 'depends on 009'],
    ['a circle', (path) => writeFileSync(path, '-- depends_on: 002\nSELECT 1;\n'), 'circular'],
  ]

  test('that cannot be read or understood stop everything before it begins', async () => {
    const project = await server.project(good)
    for (const [, make, told] of faults) {
      make(at(project, '002_b.sql'))
      const finished = await project.nself(...up)
      expectClear(finished, 2, '002_b', told)
      rmSync(at(project, '002_b.sql'), { recursive: true })
    }
    await expectUntouched(project)
  })

  test('of one version, and names that are none, are named', async () => {
    const project = await server.project(good)
    project.write({ '1_twin.sql': 'SELECT 1;' })
    expectClear(await project.nself(...up), 2, '001_a.sql', '1_twin.sql')
    // What would be refused is not recommended.
    expect(await project.ok('db', 'migrate', 'status')).not.toContain('Next')
    project.write({ '1_twin.sql': null, 'notes.sql': 'SELECT 1;' })
    expectClear(await project.nself(...up), 2, 'notes.sql is not named like a migration')
    project.write({ 'notes.sql': null, '002_B.SQL': 'SELECT 1;' })
    expectClear(await project.nself(...up), 2, '002_B.SQL is not named like a migration')
    project.write({ '002_B.SQL': null, 'README.md': 'about', '.hidden.sql': 'nonsense' })
    await project.ok(...up)
    expect(await project.statuses()).toEqual(['001_a applied'])
  })

  test('beside the one to renumber stop that too, and stay as they are', async () => {
    const project = await server.project({ ...good, '1_twin.sql': 'SELECT 1;' })
    const renumber = () => project.nself('db', 'migrate', 'repair', '--renumber', '1_twin')
    mkdirSync(at(project, '003_folder.sql'))
    expectClear(await renumber(), 2, '003_folder.sql is a folder')
    rmSync(at(project, '003_folder.sql'), { recursive: true })
    const latin1 = Buffer.from("-- depends_on: 1_twin\nSELECT 'é';\n", 'latin1')
    writeFileSync(at(project, '004_latin.sql'), latin1)
    expectClear(await renumber(), 2, '004_latin.sql:2:9')
    expect(readFileSync(at(project, '004_latin.sql'))).toEqual(latin1)
    expect(readdirSync(join(project.root, 'nself', 'migrations'))).toContain('1_twin.sql')
  })

  test('are looked for where a folder is', async () => {
    const project = await server.project(good)
    const elsewhere = (folder: string) => project.run(up, { env: { NSELF_MIGRATIONS_DIR: folder } })
    expect(await elsewhere('nowhere')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('names nowhere, which does not exist'),
    })
    expectClear(await elsewhere('nself/migrations/001_a.sql'), 2, 'ENOTDIR')
    await expectUntouched(project)
  })
})

describe('arguments', () => {
  test('that make no sense are refused', async () => {
    const project = await server.project(good)
    const nonsense = [
      '0',
      '-1',
      'abc',
      '1.5',
      '1e3',
      '',
      ' ',
      '99999999999999999999',
      '--to',
      '--to=abc',
      '--to=2',
      '--no',
      '1 2',
    ]
    for (const word of nonsense) expectClear(await project.nself(...up, word), 2)
    for (const word of ['0', '-1', 'abc', '--to=7']) expectClear(await project.nself('db', 'migrate', 'down', word), 2)
    for (const word of ['soon', '-1s', '1 day']) expectClear(await project.nself(...up, '--lock-wait', word), 2)
    expectClear(await project.nself('db', 'migrate', 'sideways'), 2)
    expectClear(await project.nself(...up, '1', '2'), 2)
    await expectUntouched(project)
  })

  test('as a name for create stay in the folder and in the shell', async () => {
    const project = await server.project(good)
    for (const name of ['../../etc/x', 'a;drop', '/etc/passwd', '', '  ', '..', '$(id)', 'é', 'x'.repeat(101)]) {
      expectClear(await project.nself('db', 'migrate', 'create', name), 2, 'cannot be the name of a file')
    }
    expect(readdirSync(join(project.root, 'nself', 'migrations'))).toEqual(['001_a.sql'])
  })

  test('that name no environment never mean local', async () => {
    const project = await server.project(good)
    for (const name of ['produktion', 'Local!', '']) {
      expectClear(await project.nself(...up, `--env=${name}`), 2, 'unknown environment')
    }
    expectClear(await project.run(up, { env: { ENV: 'prd' } }), 2, 'unknown environment "prd" (ENV)')
    await expectUntouched(project)
  })
})

describe('a full disk', () => {
  test('under stdout is told on stderr, as text and for --json, and ends with 2', async () => {
    const project = await server.project(good)
    for (const args of [['env'], ['--version'], ['db', 'migrate', 'status', '--json'], ['db', 'nonsense', '--json']]) {
      const { status, stderr } = withFullStdout(project, args)
      expect(status, stderr).toBe(2)
      expect(stderr).toMatch(/^Error: .+\nNext: .+\n$/)
      if (!args.includes('nonsense')) expect(stderr).toContain('stdout cannot be written: the disk is full (ENOSPC)')
    }
  })
})

describe('options that every command has', () => {
  test('are heard before its name and between its words as behind it', async () => {
    const project = await server.project(good)
    const { migrations } = JSON.parse(await project.ok('--json', 'db', 'migrate', 'status')).result
    expect(migrations).toMatchObject([{ name: '001_a', status: 'pending' }])
    expectClear(await project.nself('db', '--env', 'nowhere', 'migrate', 'up'), 2, 'unknown environment')
    const { stdout } = await project.nself('--env=staging', 'db', '--yes', '--json', 'migrate:up')
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, result: { steps: [{ outcome: 'done' }] } })
    expect(JSON.parse(await project.ok('db', '--json', 'migrate', 'status')).result.markedAs).toBe('staging')
  })
})

describe('servers', () => {
  const secret = 'sesame-4711'

  test('that are not there, not the right ones or do not let us in', async () => {
    const project = await server.project(good)
    const url = new URL(project.url)
    const cases: [string, string][] = [
      [project.url.replace(/\/\/.*@/, `//${stranger}:${secret}@`), 'password authentication failed'],
      [`postgresql://app:${secret}@127.0.0.1:1/app`, 'connection refused'],
      [`postgresql://app:${secret}@no-such-host.invalid/app`, 'no-such-host.invalid'],
      [project.url.replace(/\/[^/]*$/, '/nowhere'), 'database "nowhere" does not exist'],
    ]
    for (const [place, told] of cases) {
      const finished = await project.nself(...up, '--database-url', place)
      expectClear(finished, 5, told)
      expect(finished.stderr).not.toContain(secret)
      expect(finished.stderr).not.toContain(url.password)
    }
    for (const place of ['mysql://x', 'host=localhost', '', 'postgresql://a:b@h:99999/x']) {
      expectClear(await project.nself(...up, '--database-url', place), 2)
    }
    await expectUntouched(project)
  })

  test('where the role may not CREATE, or may not write', async () => {
    const project = await server.project(good)
    const [[name] = []] = await project.query('SELECT current_database()')
    await project.query(`CREATE ROLE weak LOGIN PASSWORD '${secret}'`)
    const weak = project.url.replace(/\/\/[^@]+@/, `//weak:${secret}@`)
    expectClear(await project.nself(...up, '--database-url', weak), 4, 'permission denied', 'GRANT CREATE ON DATABASE')
    await expectUntouched(project)
    await project.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    expectClear(await project.nself(...up), 5, 'read-only')
    await expectUntouched(project)
  })
})

test('where the role lacks a right, who can grant it is named, and how', async () => {
  const project = await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  const [[name] = []] = await project.query('SELECT current_database()')
  await project.query(`CREATE ROLE "the Owner" LOGIN PASSWORD 'x'; CREATE ROLE feeble LOGIN PASSWORD 'x'`)
  await project.query(`ALTER DATABASE ${name} OWNER TO "the Owner"`)
  const as = (role: string, ...args: string[]) =>
    project.nself('db', 'migrate', ...args, '--database-url', project.url.replace(/\/\/[^@]+@/, `//${role}:x@`))
  const says = async (args: string[], told: string) => expect((await as('feeble', ...args)).stderr).toContain(told)
  await says(['up'], `"the Owner", who owns the database ${name}, can run: GRANT CREATE ON DATABASE ${name} TO feeble`)
  await project.ok('db', 'migrate', 'up', '--database-url', project.url.replace(/\/\/[^@]+@/, '//the%20Owner:x@'))
  const schema = '"the Owner", who owns the schema nself, can run: GRANT USAGE, CREATE ON SCHEMA nself TO feeble'
  await says(['status'], schema)
  await says(['repair'], schema)
  await project.query('GRANT USAGE, CREATE ON SCHEMA nself TO feeble')
  const table =
    'can run: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA nself TO feeble; or connect as "the Owner"'
  await says(['status'], table)
  await project.query('GRANT ALL ON ALL TABLES IN SCHEMA nself TO feeble')
  await says(['repair', '--accept', '1', '--yes'], 'version 1 is not edited')
  project.write({ '002_b.sql': '-- UP\nALTER TABLE a ADD b int;\n' })
  await says(['up'], 'connect as "the Owner", who owns public.a, or as a member of that role')
  project.write({ '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n' })
  await project.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC')
  await says(['up'], `who owns the schema public, can run: GRANT CREATE ON SCHEMA public TO feeble`)
  project.write({ '002_b.sql': '-- UP\nCREATE ROLE another;\n' })
  await says(['up'], 'a superuser can run: ALTER ROLE feeble CREATEROLE')
})

test('a working folder that is gone is told as that', () => {
  const script = `folder=$(mktemp -d) && cd "$folder" && rmdir "$folder" && exec "$0" "$1" db migrate status`
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' })
  expect(stderr).toContain('Error: the folder in which this command was started is gone')
  expect(stderr).toContain('Next: go to a folder that is there')
  expect(status).toBe(2)
})
