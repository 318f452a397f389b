import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { NselfError } from '../../src/core/errors.ts'
import type { OpenSettings } from '../../src/library/nself.ts'
import { open } from '../../src/library/open.ts'
import { checkout } from '../helpers/cli.ts'
import { examplesIn, linkPackages, ran } from '../helpers/examples.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

const migrations = {
  '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n',
  '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;\n',
}

const opened = (project: Project, options: OpenSettings = {}) =>
  open({ cwd: project.root, databaseUrl: project.url, env: {}, ...options })

const codeOf = (running: Promise<unknown>) => running.then(String, (error: NselfError) => error.code)

test('applies, looks and reverts with typed results, and prints nothing', async () => {
  const project = await server.project(migrations)
  const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
  const nself = opened(project)
  const up = await nself.up({ count: 1 })
  expect(up.steps).toEqual([{ name: '001_a', version: '1', direction: 'up', outcome: 'done' }])
  expect((await nself.up()).steps.map(({ name }) => name)).toEqual(['002_b'])
  expect((await nself.up()).steps).toEqual([])
  expect((await nself.down({ to: '001_a' })).steps.map(({ name }) => name)).toEqual(['002_b'])
  const { migrations: states, different, drift } = await nself.status({ drift: true })
  expect(states.map(({ name, status }) => `${name} ${status}`)).toEqual(['001_a applied', '002_b pending'])
  expect([different, drift?.differences]).toEqual([true, []])
  expect(printed.flatMap((spy) => spy.mock.calls)).toEqual([])
  for (const spy of printed) spy.mockRestore()
})

test('answers of the guard are options, and the error names the one that is missing', async () => {
  const project = await server.project(migrations)
  const production = opened(project, { environment: 'production' })
  const failed = await production.up({ noBackup: true }).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(NselfError)
  expect(failed).toMatchObject({ code: 'not-confirmed', exitStatus: 3, hint: expect.stringContaining('{ yes: true }') })
  await production.up({ noBackup: true, yes: true })
  await expect(production.down({ noBackup: true, yes: true })).rejects.toMatchObject({
    code: 'not-confirmed',
    hint: expect.stringContaining("{ confirm: 'yes-destroy-production' }"),
  })
  expect((await production.down({ noBackup: true, confirm: 'yes-destroy-production' })).steps).toHaveLength(1)
  expect(await codeOf(opened(project).up())).toBe('refused')
})

test('a check gives what it finds as data, and refuses settings that it does not know', async () => {
  const project = await server.project({ ...migrations, '003_c.sql': '-- UP\nCREATE TABLE c (id int);\n-- DOWN\n' })
  project.write({ '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nSELECT 1;\n' })
  const nself = opened(project)
  const { passed, findings, parts, proven } = await nself.check({ only: ['proof'] })
  expect([passed, proven]).toEqual([false, ['001_a']])
  expect(findings).toContainEqual(
    expect.objectContaining({
      rule: 'proof/down-differs',
      severity: 'error',
      migration: '002_b',
    }),
  )
  expect(parts.filter(({ outcome }) => outcome === 'done')).toEqual([{ part: 'proof', outcome: 'done', reason: null }])
  const wrong: Record<string, unknown> = { failOn: 'never' }
  await expect(nself.check(wrong)).rejects.toMatchObject({
    code: 'usage',
    message: "failOn of check() cannot be 'never'",
  })
})

test('several at once: other databases do not meet, and of one database each migration runs once', async () => {
  const [one, two] = [await server.project(migrations), await server.project({ '001_c.sql': '-- UP\nSELECT 1;\n' })]
  const runs = await Promise.all([opened(one).up(), opened(two).up(), opened(one).up(), opened(one).up()])
  const applied = runs.map(({ steps }) => steps.map(({ name }) => name).join(' ')).sort()
  expect(applied).toEqual(['', '', '001_a 002_b', '001_c'])
  expect((await opened(two).status()).migrations.map(({ name }) => name)).toEqual(['001_c'])
})

test('a failed migration throws with its place and the report, and without passwords', async () => {
  const files = { '001_login.sql': "-- UP\nCREATE ROLE nobody_here LOGIN PASSWORD 'hunter22' IN ROLE missing_one;\n" }
  const project = await server.project(files)
  const told: string[] = []
  const error = await opened(project, { onMessage: (sentence) => told.push(sentence) })
    .up()
    .catch((failure: NselfError) => failure)
  expect(error).toMatchObject({
    code: 'migration-failed',
    location: { path: 'nself/migrations/001_login.sql', line: 2 },
    server: { sqlstate: '42704' },
    report: { kind: 'run', steps: [{ name: '001_login', outcome: 'failed' }] },
  })
  const { message, stack, hint, location, cause } = error as NselfError
  expect(JSON.stringify([message, stack, hint, location?.excerpt, String(cause), told])).not.toContain('hunter22')
  expect(told).toContain('✗ 001_login   rolled back')
})

test('an aborted signal cancels on the server, and leaves other runs alone', async () => {
  const slow = await server.project({ '001_slow.sql': '-- UP\nSELECT pg_sleep(3600);\n' })
  const other = await server.project(migrations)
  const abort = new AbortController()
  const running = codeOf(opened(slow).up({ signal: abort.signal }))
  await slow.until("EXISTS (SELECT FROM pg_stat_activity WHERE query ~ 'pg_sleep[(]3600' AND pid <> pg_backend_pid())")
  abort.abort()
  expect(await running).toBe('interrupted')
  expect((await opened(other).up({ signal: new AbortController().signal })).steps).toHaveLength(2)
})

test('a pool or a client of the caller is refused, open or closed, and so is an option that there is not', async () => {
  const project = await server.project(migrations)
  const pool = new pg.Pool({ connectionString: project.url })
  const given = (options: object) => () => open(options)
  for (const pools of [{ pool }, { databaseUrl: pool }, pool])
    expect(given(pools)).toThrow(/takes no pool and no client/)
  await pool.end()
  expect(given({ pool })).toThrow(/takes no pool and no client/)
  expect(given({ databaseURL: project.url })).toThrow('open() has no option databaseURL')
  expect(await codeOf(opened(project).up({ force: true } as object))).toBe('usage')
  expect(await codeOf(opened(project).up({ count: 0 }))).toBe('usage')
  expect(await codeOf(opened(project).down({ to: 'first' }))).toBe('usage')
})

test.each<[options: unknown, told: string]>([
  [null, 'open() takes an object of options, not null'],
  ['postgresql://ann:secret@host/db', 'open() takes an object of options, not a string'],
  [{ cwd: 3 }, 'cwd of open() must be a string, not 3'],
  [{ env: 'secret' }, 'env of open() must be an object, not a string'],
  [{ onMessage: 'print' }, 'onMessage of open() must be a function, not a string'],
  [{ databaseUrl: null }, 'databaseUrl of open() must be a string, not null'],
  [{ databaseUrl: 'mysql://a/b' }, 'databaseUrl is not a PostgreSQL URL that nself can use'],
  [{ environment: 'prodd' }, 'unknown environment "prodd" (environment)'],
])('open(%j) is refused with what it takes', (options, told) => {
  const project = { cwd: checkout, env: {} }
  const given = typeof options === 'object' && options !== null ? { ...project, ...options } : options
  expect(() => open(given as object)).toThrow(told)
})

test.each<[options: unknown, told: string]>([
  [null, 'up() takes an object of options, not null'],
  // Whatever is not empty would count as a yes.
  [{ yes: 'no' }, 'yes of up() must be true or false, not a string'],
  [{ noBackup: 1 }, 'noBackup of up() must be true or false, not 1'],
  [{ count: '1' }, 'count of up() must be a number, not a string'],
  [{ lockWaitMs: '10s' }, 'lockWaitMs of up() must be a number of milliseconds, not a string'],
  [{ maxLagMs: Number.NaN }, 'maxLagMs of up() must be a number of milliseconds, not NaN'],
  [{ signal: 3 }, 'signal of up() must be an AbortSignal, not 3'],
  [{ phase: 'contract' }, "phase of up() must be 'expand', not a string"],
])('up(%j) is refused with what it takes, and nothing is connected to', async (options, told) => {
  const nself = open({ cwd: checkout, env: { DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' } })
  await expect(nself.up(options as object)).rejects.toThrow(told)
  await expect(nself.check({ only: 'lint', scope: 3 } as object)).rejects.toThrow('only of check() must be an array')
})

test('the variables are those at the time of open, and the pool of the application may stay open', async () => {
  const project = await server.project(migrations)
  const env: Record<string, string> = { DATABASE_URL: project.url }
  const nself = open({ cwd: project.root, env })
  env.DATABASE_URL = 'postgresql://nobody@127.0.0.1:1/nothing'
  const pool = new pg.Pool({ connectionString: project.url })
  await pool.query('SELECT 1')
  expect((await nself.up()).steps).toHaveLength(2)
  expect((await pool.query('SELECT * FROM a')).rows).toEqual([])
  await pool.end()
})

test('nothing is left that would keep the process of the caller alive', async () => {
  const project = await server.project(migrations)
  const script = `const { open } = require(${JSON.stringify(checkout)})
    open().up().then(() => console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length))`
  const { stdout } = await ran(project, ['-e', script])
  expect(stdout).toBe('0\n')
})

/** Each block of the page is a file, and what it prints is what is told here. */
const printed: Record<string, string> = {
  'migrate.mjs': '001_a done\n002_b done\n',
  'status.cjs': '2 of 2 applied on DATABASE\nup to date\n',
  'check.mjs': '2 migrations: 2 proven\n',
  'several.mjs': '2 2\n',
}

test('every example of docs/library.md runs with the built package', async () => {
  const project = await server.project(migrations)
  for (const name of ['north', 'south']) await project.queryBeside(`CREATE DATABASE ${name}`)
  linkPackages(project, ['nself'])
  const blocks = examplesIn('library.md')
  expect(blocks.map(({ name }) => name)).toEqual(Object.keys(printed))
  for (const { name, text } of blocks) {
    writeFileSync(join(project.root, name), text)
    const { stdout, stderr } = await ran(project, [name])
    expect(stdout, stderr).toBe(printed[name]?.replace('DATABASE', new URL(project.url).pathname.slice(1)))
  }
})
