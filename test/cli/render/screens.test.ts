import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { renderDiff, renderImport } from '../../../src/cli/render/design.ts'
import { fold } from '../../../src/cli/render/fold.ts'
import { wantsColour } from '../../../src/cli/render/paint.ts'
import { renderRehearsalMarkdown } from '../../../src/cli/render/rehearse-markdown.ts'
import { renderResult } from '../../../src/cli/render/result.ts'
import { renderStatus } from '../../../src/cli/render/status.ts'
import type { StatusResult } from '../../../src/commands/shared/migrate-results.ts'
import { cutTo, displayWidth, padTo } from '../../../src/core/display-width.ts'
import { painted, plain } from './paints.ts'
import { results } from './samples.ts'

// Times are shown in the zone of whoever reads them.
process.env.TZ = 'UTC'

type Entry = StatusResult['migrations'][number]
const entry = (name: string, status: Entry['status'], more: Partial<Entry> = {}): Entry => ({
  version: String(Number.parseInt(name, 10)),
  name,
  status,
  outOfOrder: false,
  phase: null,
  appliedAt: ['pending', 'failed', 'running'].includes(status) ? null : '2026-01-20T10:30:00Z',
  durationMs: 4,
  appliedBy: 'deploy',
  branch: null,
  ...more,
})

const status: StatusResult = {
  ...results.status,
  database: '127.0.0.1:5432/shop',
  environment: 'local',
  isEmbedded: true,
  drift: null,
  migrations: [
    entry('001_create_users', 'applied'),
    entry('002_create_orders', 'edited'),
    entry('003_add_coupons', 'pending', { outOfOrder: true }),
    entry('004_注文テーブルの作成', 'applied'),
    entry('005_hotfix', 'missing', { branchWithFile: { name: 'hotfix-eu', bring: 'git switch hotfix-eu' } }),
    entry('006_backfill_totals', 'failed', {
      statements: { done: 1, total: 3, direction: 'up' },
      failure: { message: 'division by zero', line: 4 },
    }),
    entry('007_create_reviews', 'running', { runner: { seconds: 12, role: 'ci', address: '10.0.0.7' } }),
  ],
}

describe('a rehearsal', () => {
  test.each([60, 80, 160])('at %d columns', async (width) => {
    const text = await renderResult(results.rehearse, plain, width)
    await expect(text).toMatchFileSnapshot(`screens/rehearse-${width}.txt`)
    for (const line of text.split('\n'))
      if (!/^LOCKED|^orders {2}/.test(line)) expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('as a comment on a pull request', async () => {
    await expect(renderRehearsalMarkdown(results.rehearse)).toMatchFileSnapshot('screens/rehearse.md')
  })

  test('says that nothing is pending, and what a copy without rows cannot tell', async () => {
    expect(await renderResult({ ...results.rehearse, copy: null }, plain, 80)).toBe(
      'Nothing to rehearse: no migration is pending on shop on db.example.com:5432 (production)',
    )
    expect(await renderResult({ ...results.rehearse, schemaOnly: true }, plain, 200)).toContain(
      'The copy has no rows: times are those of empty tables. By the statistics there: orders about 88,000 rows, 12.3 MB',
    )
  })
})

describe('status', () => {
  test('says of batches how many rows are done, where they run and where they stopped', async () => {
    const batches = { batches: 24, rows: 120_000, of: 500_000, direction: 'up' } as const
    const runner = { seconds: 12, role: 'ci', address: null }
    const migrations = [
      entry('001_a', 'running', { batches, runner }),
      entry('002_b', 'failed', { batches }),
      entry('003_c', 'failed', {
        batches: { ...batches, direction: 'down' },
        failure: { message: 'division by zero', line: 4 },
      }),
    ]
    const lines = (await renderStatus({ ...status, migrations }, plain, 160))
      .split('\n')
      .map((line) => line.replace(/^.* - {3,}|^Next: | {2,}/g, ''))
    expect(lines).toEqual(
      expect.arrayContaining([
        '12 s, by ci · 120,000 of about 500,000 rows',
        'stopped after 120,000 of about 500,000 rows',
        'DOWN stopped after 120,000 of about 500,000 rows, line 4: division by zero',
        expect.stringContaining('nself db migrate up(continues with the next batch)'),
        expect.stringContaining('fix line 4, then: nself db migrate down(continues with the next batch)'),
      ]),
    )
  })

  test.each([20, 60, 80, 160])('at %d columns', async (width) => {
    const text = await renderStatus(status, plain, width)
    await expect(text).toMatchFileSnapshot(`screens/status-${width}.txt`)
  })

  test('tells the minute and the zone of each time, however many there are of one minute', async () => {
    const times = ['10:15:00+00:00', '10:15:59.999+00:00', '10:16:00+00:00', '10:16:00+05:00', '10:16:01Z']
    const migrations = times.map((time, i) => entry(`00${i}_a`, 'applied', { appliedAt: `2026-01-22T${time}` }))
    const text = await renderStatus({ ...status, migrations, repeatables: [], drift: null }, plain, 160)
    const shown = text.match(/(?<=2026-01-22 )\d\d:\d\d/g)
    expect(shown).toEqual(['10:15', '10:15', '10:16', '05:16', '10:16'])
  })

  test('breaks what it says of drift at words', async () => {
    const drift = { differences: results.status.drift?.differences ?? [], since: '002_create_coupons', inAccess: 0 }
    const lines = (await renderStatus({ ...status, drift }, plain, 60)).split('\n')
    expect(lines).toContain('Drift: the database differs from what its migrations make')
    expect(lines).toContain('  since 002_create_coupons')
  })

  test('leads from drift to keeping or undoing it, with what it is about', async () => {
    const [difference] = results.status.drift?.differences ?? []
    const drift = { differences: difference === undefined ? [] : [difference], since: null, inAccess: 0 }
    const migrations = [entry('001_a', 'applied')]
    const shown = (more: Partial<StatusResult>) =>
      renderStatus({ ...status, migrations, repeatables: [], drift, ...more }, plain, 160)
    expect(await shown({})).toContain('or to undo it: nself db schema diff migrations local --sql | nself db query -')
    expect(await shown({ environment: 'production' })).toContain(
      'migrations production --sql | nself db query - --write',
    )
    const traits = [{ trait: 'grants', left: null, right: null }]
    const granted = { ...drift, differences: [{ sign: '~', kind: 'table', name: 't', traits } as const] }
    expect(await shown({ drift: granted })).toContain('to keep it: nself db schema diff local migrations --sql --all')
    const pending = await shown({ migrations: [...migrations, entry('002_b', 'pending')] })
    expect(pending).toContain('Next: nself db migrate up')
    expect(pending).toContain('Then: when everything is applied, this says how to keep or undo it')
    expect(pending).not.toContain('to undo it')
  })

  test.each([80, 120, 160])('with --long at %d columns', async (width) => {
    const downs = ['proven', 'unproven', 'none'] as const
    const migrations = status.migrations.map((item, i) => ({ ...item, down: downs[i % 3] ?? 'none' }))
    const text = await renderStatus({ ...status, migrations }, plain, width)
    await expect(text).toMatchFileSnapshot(`screens/status-long-${width}.txt`)
  })

  test.each([
    [
      { branchWithFile: { name: 'origin/fix/a', bring: 'git switch fix/a' } },
      'git switch fix/a; or revert it here: nself db migrate sync',
    ],
    [{ renamedTo: '004_a' }, 'if it was renamed: nself db migrate repair --renamed 001_a=004_a'],
    [{ branch: 'fix/a' }, 'put 001_a.sql back; or revert it here: nself db migrate sync'],
  ])('leads to the file that is missing here: %j', async (more, advice) => {
    const missing = { ...status, migrations: [entry('001_a', 'missing', more)] }
    expect(await renderStatus(missing, plain, 160)).toContain(`Next: 001  ${advice}`)
  })

  test('shows no password that PostgreSQL repeats', async () => {
    const message = 'syntax error at or near "PASSWORD \'open-sesame\'"'
    const failed = { ...status, migrations: [entry('001_a', 'failed', { failure: { message, line: 2 } })] }
    expect(await renderStatus(failed, plain, 160)).not.toContain('sesame')
  })

  test('shows names however short they are', async () => {
    const short = { ...status, migrations: [entry('001_a', 'applied'), entry('002_b', 'pending')] }
    for (const width of [40, 80]) expect(await renderStatus(short, plain, width)).toMatch(/^001 +a +Applied/m)
  })

  test('in colour adds to the words and changes no width', async () => {
    const text = await renderStatus(status, painted, 80)
    await expect(text).toMatchFileSnapshot('screens/status-colour.txt')
    expect(text.replace(/<\/?.>/g, '')).toBe(await renderStatus(status, plain, 80))
  })

  test.each([40, 60, 80])('has no line that is wider than %d columns, but for a command to paste', async (width) => {
    const wide = (await renderStatus(status, plain, width)).split('\n').filter((line) => displayWidth(line) > width)
    expect(wide.filter((line) => line.trim().includes(' ') && !/^(Next: | {6})/.test(line))).toEqual([])
  })

  test('leads on where there is nothing yet, and where something is only pending', async () => {
    expect(await renderStatus({ ...status, migrations: [], repeatables: [] }, plain, 80)).toBe(
      'No migrations yet on shop on 127.0.0.1:5432 (local, embedded)\nNext: nself db migrate create create_users',
    )
    expect(await renderStatus({ ...status, migrations: [], repeatables: [], untracked: 3 }, plain, 80)).toBe(
      'No migrations yet on shop on 127.0.0.1:5432 (local, embedded)\nNext: nself db adopt   (the database has 3 tables that nself does not track)',
    )
    const pending = { ...status, migrations: [entry('001_a', 'pending')], repeatables: [] }
    expect(await renderStatus(pending, plain, 80)).toMatch(
      /1 pending · shop on 127.0.0.1:5432 \(local, embedded\)\nNext: nself db migrate up$/,
    )
  })
})

describe('differences', () => {
  const diff = { ...results.diff, left: 'local', right: 'staging', sql: null }

  test.each([60, 80, 160])(
    'have a title, their number, both places and what to type next, at %d columns',
    async (width) => {
      await expect(renderDiff(diff, plain, width)).toMatchFileSnapshot(`screens/diff-${width}.txt`)
    },
  )

  test('name no place twice, and none of what is no database', () => {
    const text = renderDiff({ ...diff, left: '127.0.0.1:5432/shop', right: 'migrations', rightPlace: null }, plain, 80)
    expect(text).toMatch(/^1 difference$/m)
  })
})

describe('an import', () => {
  const column = (name: string, sign: '+' | '-', type: string) => {
    return { sign, kind: 'column', name, table: name.split('.')[0] ?? '', type, traits: [] } as const
  }
  const imported = {
    ...results.import,
    renamed: [{ table: 'users', from: 'display_name', to: 'public_name' }],
    columns: { coupons: 4 },
    differences: [
      column('users.nickname', '+', 'text'),
      column('orders.note', '-', 'character varying(40)'),
      {
        sign: '~',
        kind: 'column',
        name: 'orders.total',
        table: 'orders',
        traits: [{ trait: 'type', left: 'integer', right: 'bigint' }],
      },
      { sign: '+', kind: 'table', name: 'coupons', traits: [] },
      { sign: '+', kind: 'enum', name: 'status', traits: [] },
    ],
  } as const

  test.each([60, 80, 160])('is told by table, at %d columns', async (width) => {
    const text = renderImport(imported, plain, width)
    await expect(text).toMatchFileSnapshot(`screens/import-${width}.txt`)
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('says what to type next only where nothing has run yet', () => {
    expect(renderImport(imported, plain, 80)).toMatch(/Read it,\s+then:\s+nself db migrate up$/)
    expect(renderImport(imported, plain, 80, true)).not.toContain('then:')
  })
})

test.each([
  ['abc', 3],
  ['注文', 4],
  ['a😀b', 4],
  ['👩‍👩‍👧', 2],
  ['é', 1],
  ['─✓·', 3],
  ['한글', 4],
])('a terminal gives "%s" %d columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
  expect(displayWidth(padTo(text, 10))).toBe(10)
  expect(displayWidth(cutTo(text.repeat(5), 6))).toBeLessThanOrEqual(6)
})

test.each([plain, painted])('what is told of a run ends its lines at words at 80 columns', async (paint) => {
  const run = { ...results.run, database: 'shop-database.example:5432/shop_of_the_company', durationMs: 175 }
  const lines = stripVTControlCharacters(await renderResult(run, paint, 80)).split('\n')
  expect(lines.at(-1)).toMatch(/^ {2}.*nself db migrate down$/)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('a colour takes no column', () => {
  expect(displayWidth('\u001b[32m✓\u001b[39m 注文')).toBe(6)
})

test('a long sentence folds at words, with a hanging indent', () => {
  expect(fold('one two 注文 three four', 12, '  ')).toBe('one two 注文\n  three four')
})

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('colour at a terminal: %s, with %j: %s', (isTerminal, env, expected) => {
  expect(wantsColour(isTerminal, env)).toBe(expected)
})
