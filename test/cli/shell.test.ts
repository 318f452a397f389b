import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { findPsql } from '../../src/postgres/shell/psql.ts'
import { startAtTerminal } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** Takes the place of psql: tells how it was started and what signals reach it, ends at the end of a line. */
const stub = `#!/bin/sh
echo "arguments: $#"
env | grep -E '^PG' | sort
trap 'echo interrupted' INT
trap 'echo terminated; exit 9' TERM
echo ready
until read -r line; do :; done
exit 7
`

async function withStub(...flags: string[]): Promise<{ project: Project; env: Record<string, string> }> {
  const project = await server.project({ '001_t.sql': 'CREATE TABLE t ();' })
  await project.ok('db', 'migrate', 'up', '--no-backup', ...flags)
  writeFileSync(join(project.root, 'psql'), stub)
  chmodSync(join(project.root, 'psql'), 0o755)
  return { project, env: { PATH: `${project.root}${delimiter}${process.env.PATH}` } }
}

test('psql gets the connection by its environment, and what would lead it elsewhere is taken out', async () => {
  const { project, env } = await withStub()
  const { hostname, port, password, pathname } = new URL(project.url)
  const wrong = { PGHOSTADDR: '192.0.2.1', PGSERVICE: 'other', PGPASSWORD: 'other' }
  const { code, stdout } = await project.run(['db', 'shell'], { env: { ...env, ...wrong }, input: '\n' })
  expect(code).toBe(7)
  expect(stdout).toBe(
    `arguments: 0\nPGAPPNAME=nself shell\nPGDATABASE=${pathname.slice(1)}\nPGHOST=${hostname}\nPGPASSWORD=${password}\n` +
      `PGPORT=${port}\nPGUSER=postgres\nready\n`,
  )
})

test('with --readonly psql is not told the password of the server', async () => {
  const { project, env } = await withStub()
  const { stdout, stderr } = await project.run(['db', 'shell', '--readonly'], { env, input: '\n' })
  expect(stderr).toContain('Read-only shell')
  expect(stdout).not.toContain(new URL(project.url).password)
  expect(stdout).not.toContain(`PGPORT=${new URL(project.url).port}`)
})

test('Ctrl-C is for psql alone, as often as it is typed', async () => {
  const { project, env } = await withStub()
  const terminal = startAtTerminal(project.root, ['db', 'shell'], { DATABASE_URL: project.url, ...env })
  await terminal.shows('ready')
  for (let i = 0; i < 3; i++) {
    terminal.type('\u0003')
    await terminal.shows('interrupted')
  }
  terminal.type('\r')
  expect((await terminal.finished).code).toBe(7)
})

test('SIGTERM ends psql too', async () => {
  const { project, env } = await withStub()
  const terminal = startAtTerminal(project.root, ['db', 'shell'], { DATABASE_URL: project.url, ...env })
  await terminal.shows('ready')
  terminal.kill('SIGTERM')
  const { code, screen } = await terminal.finished
  expect(screen).toContain('terminated')
  expect(code).toBe(9)
})

test.each(['staging', 'production'])(
  'a shell that can write needs a yes in %s, one that cannot does not',
  async (environment) => {
    const { project, env } = await withStub('--env', environment, '--yes')
    const shell = (...args: string[]) =>
      project.run(['db', 'shell', '--env', environment, ...args], { env, input: '\n' })
    const refused = await shell()
    expect(refused.code).toBe(3)
    expect(refused.stdout).toBe('')
    expect((await shell('--yes')).code).toBe(7)
    expect((await shell('--readonly')).code).toBe(7)
  },
)

test('a shell that believes it is local is refused on a database marked production', async () => {
  const { project, env } = await withStub('--env', 'production', '--yes')
  expect((await project.run(['db', 'shell'], { env, input: '\n' })).code).toBe(3)
})

test('without psql there is a hint, which also names nself db query', () => {
  expect(() => findPsql('/nowhere', [])).toThrow('psql was not found')
  try {
    findPsql('', ['/nowhere'])
  } catch (error) {
    expect(error).toMatchObject({ exitStatus: 2, hint: expect.stringMatching(/postgresql-client.*nself db query/) })
  }
})
