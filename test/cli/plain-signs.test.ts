import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { foldBeside } from '../../src/cli/render/fold.ts'
import { renderResult } from '../../src/cli/render/result.ts'
import { renderStatus } from '../../src/cli/render/status.ts'
import { fitting } from '../../src/cli/signs.ts'
import { checkout, startAtTerminal } from '../helpers/cli.ts'
import { failedUpdate } from '../helpers/failed-update.ts'
import { useServer } from '../helpers/project.ts'
import { plain } from './render/paints.ts'
import { results } from './render/samples.ts'

// What a terminal without UTF-8 shows: letters in place of signs, and nothing that it cannot show.

const server = useServer()
const beyondAscii = (text: string) => [...text].filter((sign) => sign > '~')

/** As the screen has it, less what differs from one run to the next. In a log of CI no line moves. */
async function screenOf(root: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const env = { ...more, LC_ALL: 'C', CI: 'true', COLUMNS: '80' }
  const { screen } = await startAtTerminal(root, args, env).finished
  return stripVTControlCharacters(screen).replaceAll('\r\n', '\n')
}

test.each([
  ['help', ['--help']],
  ['help-up', ['up', '--help']],
  ['help-update', ['db', 'update', '--help']],
])('%s', async (name, args) => {
  const screen = await screenOf(checkout, args)
  expect(beyondAscii(screen)).toEqual([])
  await expect(screen).toMatchFileSnapshot(`render/screens/${name}-plain.txt`)
})

test('help that goes into a pipe keeps its signs', async () => {
  const project = await server.project({})
  const { stdout } = await project.run(['--help'], { env: { LC_ALL: 'C' } })
  expect(stdout).toContain('…')
})

test('up, done and failed', async () => {
  const project = await server.project({
    '001_create_users.sql': '-- UP\nCREATE TABLE users (id int PRIMARY KEY);\n-- DOWN\nDROP TABLE users;\n',
    '002_change.sql': '-- UP\nINSERT INTO users VALUES (1), (1);\n-- DOWN\nDELETE FROM users;\n',
  })
  const { host, pathname } = new URL(project.url)
  const up = async () =>
    (await screenOf(project.root, ['up'], { DATABASE_URL: project.url }))
      .replaceAll(`${pathname.slice(1)} on ${host}`, 'shop on HOST')
      .replaceAll(pathname.slice(1), 'shop')
      .replaceAll(/ *\b\d+(?:\.\d)? m?s\b/g, ' TIME')
  const failed = await up()
  project.write({ '002_change.sql': '-- UP\nINSERT INTO users VALUES (1);\n-- DOWN\nDELETE FROM users;\n' })
  const screen = `${failed}---\n${await up()}`
  expect(beyondAscii(screen)).toEqual([])
  await expect(screen).toMatchFileSnapshot('render/screens/up-plain.txt')
})

test('the stages of update, its result, and status', async () => {
  vi.stubEnv('LC_ALL', 'C')
  onTestFinished(() => void vi.unstubAllEnvs())
  const told: string[] = []
  const stages = failedUpdate(told, '019_fail failed: check constraint "c" is violated by some row')
  stages.restored('shop_before_20260126_005358', 'nself db backup prune')
  stages.begin(3)
  stages.verified({ tables: 14, rows: 88_000, holds: ['no table has fewer rows'] })
  const lines = [...told.map((line) => foldBeside(line, 80)), await renderResult(results.update, plain, 80)]
  const screen = fitting(lines.join('\n'))
  expect(beyondAscii(screen)).toEqual([])
  await expect(screen).toMatchFileSnapshot('render/screens/update-plain.txt')
  expect(beyondAscii(fitting(await renderStatus(results.status, plain, 80)))).toEqual([])
})
