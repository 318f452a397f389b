import { describe, expect, test } from 'vitest'
import { keys, startAtTerminal } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const phrase = 'yes-destroy-production'
const file = (table: string) => `-- UP\nCREATE TABLE ${table} (id int);\n-- DOWN\nDROP TABLE ${table};\n`
const up = ['db', 'migrate', 'up', '--env', 'production', '--no-backup'] as const
const down = ['db', 'migrate', 'down', '--env', 'production', '--no-backup'] as const

/** Types that as soon as the question stands there; resolves to the exit status and all that was shown. */
async function answer(project: Project, args: readonly string[], question: string, typed: string) {
  const terminal = project.atTerminal(...args)
  await terminal.shows(question)
  terminal.type(typed)
  return terminal.finished
}

describe('up in production', () => {
  const question = 'apply 1 migration to'

  test.each([
    ['n', `n${keys.enter}`, 3],
    ['nothing', keys.enter, 3],
    ['Ctrl-C', keys.ctrlC, 130],
    ['Ctrl-D', keys.ctrlD, 130],
    ['y, then Ctrl-C', `y${keys.ctrlC}`, 130],
  ])('answered with %s changes nothing', async (_, typed, status) => {
    const project = await server.project({ '001_a.sql': file('a') })
    const { code, screen } = await answer(project, up, question, typed)
    expect(code, screen).toBe(status)
    expect(screen).toMatch(/[Nn]othing was changed/)
    expect(await project.tables()).toEqual([])
    expect(await project.query("SELECT to_regclass('nself.migrations')")).toEqual([[null]])
  })

  test('ends its lines at words in a narrow terminal, with signs that one without UTF-8 can show', async () => {
    const project = await server.project({ '001_a.sql': 'CREATE TABLE a (id int);' })
    await project.ok(...up, '--yes')
    project.write({ '002_b.sql': 'DROP TABLE a;' })
    const env = { DATABASE_URL: project.url, COLUMNS: '60', LC_ALL: 'C' }
    const terminal = startAtTerminal(project.root, up, env)
    await terminal.shows('anything else\r\n  cancels >')
    terminal.type(`no${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(3)
    expect(screen).toContain('cancels ... no')
    expect([...screen].filter((sign) => sign > '~')).toEqual([])
    // NO_COLOR is set: none of the control sequences is a colour.
    expect(screen).not.toMatch(/\[[\d;]*m/)
  })

  test('asks again where the answer is neither yes nor no', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    const terminal = project.atTerminal(...up)
    await terminal.shows(question)
    terminal.type(`yy${keys.enter}`)
    await terminal.shows('Please answer y or n: ')
    terminal.type(`n${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(3)
    expect(await project.tables()).toEqual([])
  })

  test('answered with y names the place, holds no lock while it asks, and runs', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    const terminal = project.atTerminal(...up)
    await terminal.shows(`${question} ${new URL(project.url).pathname.slice(1)} on ${new URL(project.url).host}? (y/N)`)
    expect(await project.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([])
    terminal.type(`y${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(0)
    expect(await project.tables()).toEqual(['a'])
  })

  test('names every migration, what it destroys with its rows, what has no DOWN, and drift', async () => {
    const project = await server.project({
      '001_a.sql': `CREATE TABLE a (id int, note text);\nINSERT INTO a VALUES (1, 'x'), (2, NULL);\n`,
    })
    await project.ok(...up, '--yes')
    project.write({
      '002_b.sql': '-- UP\nALTER TABLE a DROP COLUMN note;\n-- DOWN\nALTER TABLE a ADD note text;\n',
      '003_c.sql': 'DROP TABLE a;\n',
    })
    const { code, screen } = await answer(project, up, `Type ${phrase}`, `y${keys.enter}`)
    expect(code, screen).toBe(3)
    const { host, pathname, username } = new URL(project.url)
    const database = pathname.slice(1)
    expect(screen.split(/\r?\n/).map((line) => line.trimEnd())).toEqual(
      expect.arrayContaining([
        `PRODUCTION   ${database} on ${host}, as ${decodeURIComponent(username)}`,
        '2 migrations will run:',
        '  002_b  line 2  drops a.note  1 row has a value',
        '  003_c  line 1  drops a  2 rows',
        '                 no DOWN: cannot be reverted',
        'Schema: as the migrations made it (no drift)',
        `This destroys data in PRODUCTION (${database}).`,
      ]),
    )
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends at the question on %s', async (signal, status) => {
    const project = await server.project({ '001_a.sql': file('a') })
    const terminal = project.atTerminal(...up)
    await terminal.shows(question)
    terminal.kill(signal)
    expect((await terminal.finished).code).toBe(status)
    expect(await project.tables()).toEqual([])
  })

  test('refuses when the plan changed while it asked', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    const terminal = project.atTerminal(...up)
    await terminal.shows(question)
    project.write({ '002_b.sql': file('b') })
    terminal.type(`y${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code, screen).toBe(3)
    expect(screen).toContain('the plan is no longer the same')
    expect(await project.tables()).toEqual([])
  })
})

describe('down in production', () => {
  const question = `Type ${phrase}`

  test('wants the phrase, and nothing else', async () => {
    const project = await server.project({ '001_a.sql': file('a') })
    await project.ok(...up, '--yes')
    for (const [typed, status] of [
      [`y${keys.enter}`, 3],
      [`yes-destroy-produktion${keys.enter}`, 3],
      [`${phrase.toUpperCase()}${keys.enter}`, 3],
      [keys.enter, 3],
      [keys.ctrlC, 130],
      [keys.ctrlD, 130],
    ] as const) {
      const { code, screen } = await answer(project, down, question, typed)
      expect(code, screen).toBe(status)
      expect(screen).toMatch(/[Nn]othing was changed/)
    }
    expect(await project.tables()).toEqual(['a'])
    const { code, screen } = await answer(project, down, question, `${phrase}${keys.enter}`)
    expect(code, screen).toBe(0)
    expect(await project.tables()).toEqual([])
  })
})

test('what is piped in is no answer', async () => {
  const project = await server.project({ '001_a.sql': file('a') })
  const asked = await project.run(up, { input: 'yes\ny\n' })
  expect(asked.code).toBe(3)
  expect(asked.stderr).toContain('add --yes')
  await project.ok(...up, '--yes')
  const phrased = await project.run(down, { input: `${phrase}\n` })
  expect(phrased.code).toBe(3)
  expect(phrased.stderr).toContain(`--confirm ${phrase}`)
  expect(await project.tables()).toEqual(['a'])
})
