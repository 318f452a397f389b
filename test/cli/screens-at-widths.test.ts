import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { briefingLines } from '../../src/cli/render/briefing.ts'
import { renderError } from '../../src/cli/render/error.ts'
import { foldBeside } from '../../src/cli/render/fold.ts'
import { movingText } from '../../src/cli/render/moving-text.ts'
import { renderQuery } from '../../src/cli/render/query.ts'
import { renderResult } from '../../src/cli/render/result.ts'
import { stepTeller } from '../../src/commands/shared/tell-steps.ts'
import { displayWidth } from '../../src/core/display-width.ts'
import { noProject } from '../../src/project/find-root.ts'
import { checkout, keys, startAtTerminal } from '../helpers/cli.ts'
import { contextIn } from '../helpers/context.ts'
import { failedUpdate } from '../helpers/failed-update.ts'
import { file } from '../helpers/history.ts'
import { type Project, useServer } from '../helpers/project.ts'
import { painted, plain } from './render/paints.ts'
import { results } from './render/samples.ts'

// What stands at a terminal of 60, 80 and 160 columns. In a log of CI no line moves.

const server = useServer()
const widths = [60, 80, 160]

const linesOf = (screen: string) => stripVTControlCharacters(screen).replaceAll('\r\n', '\n')

async function screenOf(root: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const { screen } = await startAtTerminal(root, args, { ...env, LC_ALL: 'C.UTF-8', CI: 'true' }).finished
  return `$ nself ${args.join(' ')}\n${linesOf(screen)}`
}

/** Without what differs from one run to the next. */
function settled({ url }: Project, screen: string): string {
  const { host, pathname } = new URL(url)
  return screen.replaceAll(host, '127.0.0.1:5432').replaceAll(new RegExp(`\\b${pathname.slice(1)}\\b`, 'g'), 'shop')
}

/** A command may be longer than the terminal is wide: it is pasted. */
function expectToFit(screen: string, width: number): void {
  const wide = screen.split('\n').filter((line) => displayWidth(line) > width)
  expect(wide.filter((line) => !/^ *(?:nself )|^\S+$/.test(line))).toEqual([])
}

const users = `-- UP
CREATE TABLE users (id int PRIMARY KEY, display_name text);
INSERT INTO users VALUES (1, 'Ann'), (2, 'Ben');
-- DOWN
DROP TABLE users;
`

describe.each(widths)('at %d columns', (width) => {
  const COLUMNS = String(width)

  test('whoever begins is led from an empty folder to the first migration and the first seed', async () => {
    const root = mkdtempSync(join(tmpdir(), 'nself-first-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    const screens = [`$ nself db migrate up\n${renderError(noProject('/home/ann/shop'), plain, width)}\n`]
    for (const line of ['init', 'db migrate create create_users', 'db seed create categories'])
      screens.push(await screenOf(root, line.split(' '), { COLUMNS }))
    const screen = screens.join('')
    expectToFit(screen, width)
    await expect(screen).toMatchFileSnapshot(`render/screens/first-run-${width}.txt`)
  })

  test('up names each migration that is done, then how many, then how to go back', async () => {
    const screen = await upScreen(width)
    expectToFit(screen, width)
    await expect(screen).toMatchFileSnapshot(`render/screens/up-${width}.txt`)
  })

  test('the question for production stands below what it is about', async () => {
    const project = await server.project({ '001_create_users.sql': users })
    await project.up()
    project.write({
      '002_clean_up.sql':
        '-- UP\nALTER TABLE users DROP COLUMN display_name;\n-- DOWN\nALTER TABLE users ADD display_name text;\n',
      '003_drop_all.sql': '-- UP\nDROP TABLE users;\n',
    })
    const env = { DATABASE_URL: project.url, COLUMNS, LC_ALL: 'C.UTF-8' }
    const args = ['db', 'migrate', 'up', '--env', 'production', '--no-backup']
    const terminal = startAtTerminal(project.root, args, env)
    await terminal.shows('›')
    const asked = linesOf(terminal.received()).trimEnd()
    terminal.type(`no${keys.enter}`)
    const { code, screen } = await terminal.finished
    expect(code).toBe(3)
    const last = linesOf(screen).trimEnd().split('\n').at(-1)
    const whole = settled(project, `$ nself ${args.join(' ')}\n${asked} no\n${last}\n`)
    expectToFit(whole, width)
    await expect(whole).toMatchFileSnapshot(`render/screens/production-${width}.txt`)
  })

  test('update shows its four stages, one that failed and what came back', async () => {
    const screen = await updateScreen(width)
    expectToFit(screen, width)
    await expect(screen).toMatchFileSnapshot(`render/screens/update-${width}.txt`)
  })
})

/** One of the names has signs that take two columns. */
async function upScreen(width: number): Promise<string> {
  const told: string[] = []
  let time = 0
  const context = contextIn({ root: checkout, url: 'postgresql://deploy@127.0.0.1:5432/shop' }, told)
  const names = ['001_create_users', '002_注文テーブルの作成', '003_backfill_orders']
  const steps = names.map((name, i) => {
    return {
      kind: 'migration',
      name,
      version: String(i + 1),
      direction: 'up',
      file: file(name),
      applied: null,
    } as const
  })
  told.push('Applying 3 migrations to shop on 127.0.0.1:5432 (local)')
  const onStep = stepTeller({ ...context, now: () => time }, { plan: { steps } })
  for (const [i, step] of steps.entries()) {
    time += 10 ** (i + 2)
    onStep(step, 'done')
  }
  const result = {
    ...results.run,
    steps: steps.map((step) => ({ ...step, outcome: 'done' as const })),
    durationMs: time,
  }
  return [...told.map((line) => foldBeside(line, width)), await renderResult(result, plain, width), ''].join('\n')
}

async function updateScreen(width: number): Promise<string> {
  const told: string[] = []
  const stages = failedUpdate(told, '019_fail failed: check constraint "users_points_check" is violated by some row')
  told.push(stages.restoreQuestion('the backup of 00:53:43'))
  stages.restored('shop_before_20260126_005358', 'nself db backup prune')
  told.push('---')
  stages.begin(3)
  stages.verified({ tables: 14, rows: 88_000, holds: ['no table has fewer rows'] })
  return [...told.map((line) => foldBeside(line, width)), await renderResult(results.update, plain, width)].join('\n')
}

test.each([
  [
    160,
    '002_backfill_orders  batch 14 of 88 · 70,000 of about 440,000 rows · 6,364 rows/s · 11 s, about 58 s left · Ctrl-C is safe',
  ],
  [110, '002_backfill_orders  batch 14 of 88 · 70,000 of about 440,000 rows · 11 s, about 58 s left · Ctrl-C is safe'],
  [77, '002_backfill_orders  batch 14 of 88 · 11 s, about 58 s left'],
  [57, '002_backfill_ord…  batch 14 of 88 · 11 s, about 58 s left'],
  [20, '002_backfill_or…  b…'],
])('what moves is one line of at most %d columns', (width, shown) => {
  const text =
    '002_backfill_orders  batch 14 of 88 · 70,000 of about 440,000 rows · 6,364 rows/s · 11 s, about 58 s left · Ctrl-C is safe'
  expect(movingText(text, width)).toBe(shown)
  expect(displayWidth(movingText(text, width))).toBeLessThanOrEqual(width)
})

test('how long a migration took comes closer to its name before the line is broken', () => {
  const line = `✓ 001_create_users${' '.repeat(40)}  3.3 s`
  expect(foldBeside(line, 60)).toBe(`✓ 001_create_users${' '.repeat(37)}3.3 s`)
  expect(foldBeside(line, 26)).toBe('✓ 001_create_users   3.3 s')
  expect(foldBeside(line, 20)).toBe('✓ 001_create_users\n  3.3 s')
})

test('columns stand below each other where names and values are of East Asia', () => {
  const item = (what: string) => ({ line: 2, what, rows: '2 rows', also: '' })
  const briefing = {
    ...{ database: 'shop', server: 'shop.example', role: 'ann', title: 'Two:', notes: [] },
    environment: 'production',
    steps: [
      { name: '002_注文', note: null, items: [item('drops 注文'), item('drops users')] },
      { name: '003_later', note: null, items: [item('drops orders')] },
    ],
  } as const
  const briefed = briefingLines(briefing, plain, 80).slice(2)
  expect(briefed.map((line) => displayWidth(line.slice(0, line.indexOf('line 2'))))).toEqual([13, 13, 13])
  expect(briefed.map((line) => displayWidth(line))).toEqual([40, 40, 41])
  const columns = ['名前', 'n'].map((name) => ({ name, type: 25 }))
  const rows = [
    ['注文', '1'],
    ['ab', '2'],
  ]
  const shown = renderQuery(
    { kind: 'query', format: 'table', results: [{ command: 'SELECT', rowCount: 2, columns, rows }] },
    plain,
  )
  expect(shown.split('\n')).toEqual(['名前  n', '────  ─', '注文  1', 'ab    2', '(2 rows)'])
})

test.each(['import', 'diff', 'create', 'run', 'seed-status'] as const)(
  'colour adds to the words of %s and changes no width',
  async (kind) => {
    const text = await renderResult(results[kind], painted, 80)
    expect(text.replace(/<\/?.>/g, '')).toBe(await renderResult(results[kind], plain, 80))
  },
)
