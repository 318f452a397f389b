import { describe, expect, test } from 'vitest'
import { renderError } from '../../../src/cli/render/error.ts'
import { standingLine } from '../../../src/cli/render/standing.ts'
import { displayWidth } from '../../../src/core/display-width.ts'
import { NselfError } from '../../../src/core/errors.ts'
import { locate } from '../../../src/core/location.ts'
import type { StepResult } from '../../../src/core/report.ts'
import { noProject } from '../../../src/project/find-root.ts'
import { painted, plain } from './paints.ts'

const step = (name: string, outcome: StepResult['outcome'], more: Partial<StepResult> = {}): StepResult => ({
  name,
  version: name.slice(0, 3),
  direction: 'up',
  outcome,
  ...more,
})
const place = { database: 'shop', environment: 'local', appliedBefore: ['001_create_users'] }
const sql = `-- UP
-- more users
INSERT INTO users (id, email) VALUES (2, 'ben@example.com'), (3, 'ann@example.com');
`
const failed = new NselfError(
  'migration-failed',
  '002_change failed: duplicate key value violates unique constraint "users_email_key"',
  {
    location: locate('nself/migrations/002_change.sql', sql, sql.indexOf('INSERT')),
    server: { sqlstate: '23505', detail: 'Key (email)=(ann@example.com) already exists.' },
    hint: 'fix 002_change.sql, then: nself db migrate up',
    report: { kind: 'run', action: 'up', place, steps: [step('002_change', 'failed'), step('003_later', 'not-run')] },
  },
)

test('who stands outside of every project reads lines that end at words', () => {
  const lines = renderError(noProject('/srv/shop/app'), plain, 60).split('\n')
  expect(lines).toContain('  nself db adopt         the same for a database, or another')
  expect(lines.filter((line) => displayWidth(line) > 60)).toEqual([])
  expect(renderError(noProject('/srv/shop/app'), plain).split('\n')).toHaveLength(3)
})

describe('a failure', () => {
  test.each([60, 80, 160])('at %d columns', async (width) => {
    const text = renderError(failed, plain, width)
    await expect(text).toMatchFileSnapshot(`screens/failure-${width}.txt`)
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('in colour adds to the words and changes no width', async () => {
    const text = renderError(failed, painted, 80)
    await expect(text).toMatchFileSnapshot('screens/failure-colour.txt')
    expect(text.replace(/<\/?.>/g, '')).toBe(renderError(failed, plain, 80))
  })

  test.each([
    ['SELECT nowhere + 1;', 'nowhere', '^^^^^^^'],
    ['SELECT "a ""b" FROM t;', '"a ""b"', '^^^^^^^'],
    ["SELECT 'a' || 注文;", '注文', '^^^^'],
    ['SELECT 注文, nowhere;', 'nowhere', '^^^^^^^'],
    ['SELECT 1 FROM t WHERE;', ';', '^'],
  ])('in %s is underlined where it stands', (line, word, underline) => {
    const location = locate('001_a.sql', line, line.indexOf(word))
    const error = new NselfError('migration-failed', 'it is wrong', { location })
    const [, , excerpt = '', under = ''] = renderError(error, plain, 80).split('\n')
    expect(under.trimEnd().endsWith(` ${underline}`)).toBe(true)
    expect(under.indexOf('^')).toBe(displayWidth(excerpt.slice(0, excerpt.indexOf(word))))
  })

  test('shows what does not fit behind the underline on lines of its own', () => {
    const long = { sqlstate: '23505', detail: 'Key (a)=(b) already exists. '.repeat(4).trim() }
    const { message, location } = failed
    const error = new NselfError('migration-failed', message, { server: long, ...(location ? { location } : {}) })
    const text = renderError(error, plain, 80)
    expect(text).toContain('\n    | ^^^^^^\n  DETAIL: Key (a)=(b) already exists.')
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
  })

  test('never breaks the command that is to be pasted', () => {
    const hint = 'fix the file that is named above, then: nself db migrate up --database-url postgres://host/shop'
    const text = renderError(new NselfError('migration-failed', 'no', { hint }), plain, 60)
    expect(text).toMatch(/^ {6}nself db migrate up --database-url postgres:\/\/host\/shop$/m)
  })

  test('tells no password that two lines share', () => {
    const hint = `the text before it is long enough to fold there: PASSWORD 'open\u0020sesame'`
    expect(renderError(new NselfError('usage', 'no', { hint }), plain, 60)).not.toContain('sesame')
  })
})

describe('how things stand', () => {
  const up = (...steps: StepResult[]) =>
    standingLine({ kind: 'run', action: 'up', place, steps }, Number.POSITIVE_INFINITY)

  test.each([
    [
      'what ran before the failure',
      [step('002_a', 'done'), step('003_b', 'failed')],
      '002_a applied · nothing of 003_b is left',
    ],
    [
      'a file that is partially applied',
      [step('002_a', 'failed', { partly: true, statements: { done: 2, total: 3 } })],
      '001_create_users applied · statements 1 to 2 of 3 of 002_a are done and kept',
    ],
    [
      'a file of which no statement is done',
      [step('002_a', 'failed', { partly: true, statements: { done: 0, total: 3 } })],
      '001_create_users applied · no statement of 002_a is completed',
    ],
    [
      'batches that are done',
      [step('002_a', 'failed', { partly: true, batches: { batches: 2, rows: 10_000, of: 44_000 } })],
      '001_create_users applied · 10,000 of about 44,000 rows are done by 002_a, and kept',
    ],
    [
      'migrations that shared its transaction',
      [step('002_a', 'not-run'), step('003_b', 'failed'), step('004_c', 'not-run')],
      '001_create_users applied · 002_a rolled back with it · nothing of 003_b is left · 004_c not run',
    ],
    [
      'a DOWN that fails',
      [step('003_b', 'done', { direction: 'down' }), step('002_a', 'failed', { direction: 'down' })],
      '003_b reverted · 002_a is still applied',
    ],
    [
      'many migrations, by the first few and the last',
      [...Array.from({ length: 9 }, (_, i) => step(`01${i}_x`, 'done')), step('020_y', 'failed')],
      '010_x, 011_x, 012_x … 018_x (9) applied · nothing of 020_y is left',
    ],
  ])('names %s', (_, steps, expected) => {
    expect(up(...steps)).toBe(`shop (local) now: ${expected}`)
  })
})
