import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backUp, dumpText } from '../helpers/backups.ts'
import { keys } from '../helpers/cli.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { type Project, useServer } from '../helpers/project.ts'

// Debian's pg_dump is newer than this server, as it must be for the backups of production.
const server = useServer(postgres14)
const phrase = 'yes-destroy-production'
const harmless = '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;\n'
const destructive = '-- UP\nDROP TABLE spare;\n-- DOWN\nSELECT 1;\n'

type Need = 'yes' | 'phrase' | 'blocked'
type Cell = [command: string, environment: 'staging' | 'production', need: Need, pending?: string]

/** The table of guards in docs/production.md, but for its cells that just run. */
const cells: Cell[] = [
  ['migrate up', 'staging', 'yes', destructive],
  ['migrate up', 'production', 'yes', harmless],
  ['migrate up', 'production', 'phrase', destructive],
  ['update', 'staging', 'yes', destructive],
  ['update', 'production', 'yes', harmless],
  ['migrate down', 'staging', 'yes'],
  ['migrate down', 'production', 'phrase'],
  ['restore', 'staging', 'yes'],
  ['restore', 'production', 'phrase'],
  ['migrate repair --forget 1', 'staging', 'yes'],
  ['migrate repair --forget 1', 'production', 'yes'],
  ['migrate fresh', 'staging', 'yes'],
  ['migrate fresh', 'production', 'blocked'],
  ['reset', 'staging', 'yes'],
  ['reset', 'production', 'blocked'],
  ['seed', 'production', 'yes'],
  ['query --write DELETE~FROM~a', 'staging', 'yes'],
  ['query --write DELETE~FROM~a', 'production', 'yes'],
]

const argsOf = ([command, environment]: Cell) => [
  'db',
  ...command.split(' ').map((word) => word.replaceAll('~', ' ')),
  '--env',
  environment,
]

async function projectOf([, environment, , pending]: Cell): Promise<Project> {
  const first =
    '-- UP\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nCREATE TABLE spare (id int);\n-- DOWN\nDROP TABLE a, spare;\n'
  const project = await server.project({ '001_a.sql': first })
  mkdirSync(join(project.root, 'nself', 'seeds', 'common'), { recursive: true })
  writeFileSync(join(project.root, 'nself', 'seeds', 'common', '001_a.sql'), 'INSERT INTO a VALUES (2);\n')
  await project.ok('db', 'migrate', 'up', '--env', environment, '--yes', '--no-backup')
  await backUp(project, '--env', environment)
  if (pending !== undefined) project.write({ '002_b.sql': pending })
  return project
}

describe.each(cells)('%s in %s: %s', (...cell) => {
  const [, , need] = cell
  const args = argsOf(cell)

  test('does nothing without the right answer, and runs with it', async () => {
    const project = await projectOf(cell)
    const before = dumpText(project)
    const unchanged = () => expect(dumpText(project)).toBe(before)
    const piped = await project.run(args, { input: `yes\ny\n${phrase}\n` })
    expect(piped.code, piped.stderr).toBe(3)
    expect(piped.stderr).toContain(
      { yes: '--yes', phrase: `--confirm ${phrase}`, blocked: 'no flag changes that' }[need],
    )
    expect((await project.nself(...args)).code).toBe(3)
    if (need === 'blocked') {
      expect((await project.nself(...args, '--yes')).code).toBe(3)
      return unchanged()
    }
    for (const [typed, code] of [
      [keys.enter, 3],
      [`${need === 'yes' ? 'n' : 'yes'}${keys.enter}`, 3],
      [keys.ctrlC, 130],
      [keys.ctrlD, 130],
    ] as const) {
      const terminal = project.atTerminal(...args)
      await terminal.shows(need === 'yes' ? '(y/N)' : phrase)
      if (need === 'yes') {
        // What is neither is asked again.
        terminal.type(`${phrase}${keys.enter}`)
        await terminal.shows('Please answer y or n')
      }
      terminal.type(typed)
      expect((await terminal.finished).code, JSON.stringify(typed)).toBe(code)
    }
    unchanged()
    const terminal = project.atTerminal(...args)
    await terminal.shows(need === 'yes' ? '(y/N)' : phrase)
    terminal.type(`${need === 'yes' ? 'y' : phrase}${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(0)
    expect(dumpText(project)).not.toBe(before)
  })
})
