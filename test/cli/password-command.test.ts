import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** A project whose URL has no password, and the password. */
async function without(): Promise<{ project: Project; url: string; password: string }> {
  const project = await server.project({ '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n' })
  await project.query(
    `DO $$ BEGIN CREATE ROLE token_login LOGIN SUPERUSER PASSWORD 'first-token'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  )
  const url = new URL(project.url)
  url.username = 'token_login'
  url.password = ''
  return { project, url: url.href, password: 'first-token' }
}

const up = ['db', 'migrate', 'up']

test('a command prints the password; it runs once, and neither it nor the password is shown', async () => {
  const { project, url, password } = await without()
  const script = join(project.root, 'token.sh')
  writeFileSync(script, `#!/bin/sh\necho ran >> "${project.root}/ran"\necho ${password}\n`)
  chmodSync(script, 0o700)
  const env = { DATABASE_URL: url, NSELF_PASSWORD_COMMAND: script, NSELF_DEBUG: '1' }
  const { code, stdout, stderr } = await project.run(up, { env })
  expect(code, stderr).toBe(0)
  expect(readFileSync(join(project.root, 'ran'), 'utf8')).toBe('ran\n')
  expect(stdout + stderr).not.toContain(password)
})

test('the command is not run where a password is known otherwise', async () => {
  const { project } = await without()
  const { code } = await project.run(up, { env: { NSELF_PASSWORD_COMMAND: `touch "${project.root}/ran"` } })
  expect(code).toBe(0)
  expect(existsSync(join(project.root, 'ran'))).toBe(false)
})

test('pg_dump gets the password of the command too', async () => {
  const { project, url, password } = await without()
  const env = { DATABASE_URL: url, NSELF_PASSWORD_COMMAND: `echo ${password}` }
  expect((await project.run(up, { env })).code).toBe(0)
  const { code, stderr } = await project.run(['db', 'backup'], { env })
  expect(code, stderr).toBe(0)
})

test.each([
  ['fails', 'echo hidden-output; echo more-hidden >&2; exit 7', 'ended with exit status 7'],
  ['prints two lines', 'echo hidden-output; echo more-hidden', 'printed 2 lines in place of a password'],
  ['prints nothing', 'true', 'printed no password'],
  ['is not there', 'no-such-command-anywhere', 'ended with exit status 127'],
])('a command that %s stops all before anything is run, and its output is not shown', async (_, command, message) => {
  const { project, url } = await without()
  const { code, stderr } = await project.run(up, { env: { DATABASE_URL: url, NSELF_PASSWORD_COMMAND: command } })
  expect(code, stderr).toBe(2)
  expect(stderr).toContain(`the command of NSELF_PASSWORD_COMMAND ${message}`)
  expect(stderr).not.toContain('hidden')
  expect(await project.tables()).toEqual([])
})
