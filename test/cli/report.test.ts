import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { renderCheck } from '../../src/cli/render/check-human.ts'
import { plainPaint } from '../../src/cli/render/paint.ts'
import { renderReport } from '../../src/cli/report.ts'
import type { CheckFinding } from '../../src/core/check/finding.ts'
import { type RuleName, rules, type Severity } from '../../src/core/check-rules.ts'
import { checkout } from '../helpers/cli.ts'
import { results } from './render/samples.ts'

const isRuleName = (name: string): name is RuleName => Object.hasOwn(rules, name)

const { check } = results
const [note] = check.findings

const incomplete = {
  ...check,
  findings: [],
  parts: [{ part: 'proof', outcome: 'incomplete', reason: '001_a does not run' }] as const,
}

/** With a finding that says what a format takes for its own. */
function saying(message: string) {
  return { ...check, findings: note === undefined ? [] : [{ ...note, message, evidence: [message] }] }
}

test('a person reads the worst first, each with its place, and the sum last', () => {
  expect(renderReport(check, 'human')).toBe(`nself/migrations/003_split_name.sql
     7  error    DOWN does not restore the previous schema  proof/down-differs
        index users_name is gone
        Next: make DOWN undo all that UP does
     4  note     the column users.name comes back with DOWN, its values do not  proof/values-lost
        Next: keep a copy in another table or column, or take a backup first

nself/migrations/002_add_coupons.sql
     9  warning  nobody can write to orders while this index is built  lint/require-concurrent-index-creation
        CREATE INDEX orders_coupon ON orders (coupon_id)
        Next: CREATE INDEX CONCURRENTLY, in a migration of its own

Each rule is explained in docs/rules/RULE.md of the nself package
1 error, 1 warning, 1 note in 2 pending migrations; DOWN is proven for 1`)
})

test('at a terminal sentences are folded beside their line, and a command to paste is not', () => {
  const [, first] = check.findings
  const restore = 'git checkout origin/main -- nself/migrations/006_a_migration_of_some_length.sql'
  const instead = `bring it back as it was on the other branch (${restore}), and write another`
  const findings = first === undefined ? [] : [{ ...first, message: 'word '.repeat(20).trim(), instead, evidence: [] }]
  const lines = renderCheck({ ...check, findings }, plainPaint, 80).split('\n')
  expect(lines[1]).toMatch(/^ {5}9 {2}warning {2}(?:word ){11}word$/)
  expect(lines[2]).toBe(`${' '.repeat(16)}${' word'.repeat(8)}`)
  expect(lines[3]).toBe('                 lint/require-concurrent-index-creation')
  expect(lines.some((line) => line.includes(restore))).toBe(true)
})

test('a part that is not complete is told', () => {
  expect(renderReport(incomplete, 'human')).toBe(
    'proof is not complete: 001_a does not run\nNo findings in 2 pending migrations; DOWN is proven for 1',
  )
})

describe('GitHub annotations', () => {
  test('stand on the lines of the files', () => {
    expect(renderReport(check, 'github').split('\n')).toEqual([
      '::error file=nself/migrations/003_split_name.sql,line=7,col=1,title=DOWN does not restore the previous schema (proof/down-differs)::DOWN does not restore the previous schema%0Aindex users_name is gone%0ANext: make DOWN undo all that UP does',
      expect.stringMatching(/^::notice file=.*,line=4,col=1,title=.*::the column users\.name comes back/),
      expect.stringMatching(/^::warning file=nself\/migrations\/002_add_coupons\.sql,line=9,/),
    ])
  })

  test('tell of a part that is not complete, where there is no finding', () => {
    expect(renderReport(incomplete, 'github')).toBe(
      '::error title=nself%3A check::proof is not complete: 001_a does not run',
    )
  })

  test('cannot be ended, or begun, by what they say', () => {
    const text = renderReport(saying('100%\r\n::error::x'), 'github')
    expect(text.split('\n')).toHaveLength(1)
    expect(text).toContain('::100%25%0D%0A::error::x%0A')
  })
})

describe('Markdown', () => {
  test('is short, with the details folded', () => {
    const text = renderReport(check, 'markdown')
    expect(text).toMatch(
      /^### Migrations: 1 error, 1 warning, 1 note\n\n2 pending migrations; DOWN is proven for 1\.\n/,
    )
    expect(text.match(/<details>/g)).toHaveLength(3)
    expect(text).toContain('**nself/migrations/003\\_split\\_name.sql**')
  })

  test('says nothing of proofs where nobody asked for one', () => {
    const parts = [{ part: 'proof', outcome: 'skipped', reason: null }] as const
    expect(renderReport({ ...check, parts }, 'markdown')).toMatch(/^### .*\n\n2 pending migrations\.\n/)
  })

  test('keeps the first file out of the list of parts that are not complete', () => {
    const text = renderReport({ ...check, parts: incomplete.parts }, 'markdown')
    expect(text).toContain('- proof is not complete: 001\\_a does not run\n\n**nself/')
  })

  test('shows what it is given, whatever it holds', () => {
    const text = renderReport(saying('a_b *c* <img src=x> ```'), 'markdown')
    expect(text).toContain('a\\_b \\*c\\* &lt;img src=x\\> \\`\\`\\`')
    expect(text).toContain('  ````text\n  a_b *c* <img src=x> ```\n')
  })
})

test('SARIF has each rule once and each finding with its rule, level and place', () => {
  const { version, runs } = JSON.parse(renderReport(check, 'sarif'))
  expect([version, runs.length]).toEqual(['2.1.0', 1])
  expect(runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(Object.keys(rules))
  expect(runs[0].results[0]).toEqual({
    ruleId: 'proof/down-differs',
    level: 'error',
    message: {
      text: 'DOWN does not restore the previous schema\nindex users_name is gone\nNext: make DOWN undo all that UP does',
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'nself/migrations/003_split_name.sql' },
          region: { startLine: 7, startColumn: 1 },
        },
      },
    ],
  })
})

test('SARIF says that a part is not complete', () => {
  const { runs } = JSON.parse(renderReport(incomplete, 'sarif'))
  expect(runs[0].invocations).toEqual([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error', message: { text: 'proof is not complete: 001_a does not run' } }],
    },
  ])
})

describe('the paths of files', () => {
  const below = join(checkout, 'test', 'cli')
  afterEach(() => vi.restoreAllMocks())

  test.each(['github', 'markdown', 'sarif'] as const)('are told from the top of the repository in %s', (format) => {
    vi.spyOn(process, 'cwd').mockReturnValue(below)
    expect(renderReport(check, format).replaceAll('\\', '')).toContain('test/cli/nself/migrations/003_split_name.sql')
  })

  test('are told to a person as the person stands', () => {
    vi.spyOn(process, 'cwd').mockReturnValue(below)
    expect(renderReport(check, 'human')).toMatch(/^nself\/migrations\/003_split_name\.sql\n/)
  })
})

describe('of more findings than fit on a screen', () => {
  const finding = (i: number, severity: Severity, rule: RuleName, evidence: readonly string[] = []) => ({
    rule,
    severity,
    migration: `${i}_a`,
    place: { path: `migrations/${String(i).padStart(3, '0')}_a.sql`, line: 3, column: 1 },
    message: `sentence ${i}`,
    instead: '',
    evidence,
  })
  const many = (count: number, severity: Severity, rule: RuleName) =>
    Array.from({ length: count }, (_, i) => finding(i, severity, rule))
  const findings = [
    ...many(41, 'note', 'lint/prefer-text-field'),
    ...many(22, 'warning', 'proof/down-fails'),
    finding(90, 'error', 'proof/down-fails'),
  ]
  const shown = (of: readonly CheckFinding[], width: number, lines?: number) =>
    renderCheck({ ...check, findings: of }, plainPaint, width, lines).split('\n')

  test('the worst are shown in full, and the rest in one line for each rule', () => {
    expect(shown(findings.slice(0, 12), 200).filter((line) => /sentence|Also/.test(line))).toHaveLength(12)
    const lines = shown(findings, 200)
    expect(lines.length).toBeLessThanOrEqual(40)
    expect(lines.filter((line) => /sentence/.test(line))).toHaveLength(11)
    expect(lines.slice(0, 2)).toEqual(['migrations/090_a.sql', expect.stringMatching(/error +sentence 90/)])
    expect(lines.filter((line) => / in \d+ files? /.test(line))).toEqual([
      '    12 in 12 files  warning  proof/down-fails  migrations/010_a.sql:3',
      '    41 in 41 files  note     lint/prefer-text-field  migrations/000_a.sql:3',
    ])
    expect(lines.at(-1)).toContain('1 error, 22 warnings, 41 notes')
    expect(shown(findings, 200, Number.POSITIVE_INFINITY).join('\n')).toContain('sentence 40')
  })

  test('long ones take no more room than a screen of 80 columns, and rules beyond it are counted', () => {
    const evidence = Array.from({ length: 9 }, (_, i) => `value ${i} `.repeat(12))
    const names = Object.keys(rules).filter(isRuleName)
    const long = names.map((rule, i) => finding(i, i < 9 ? 'error' : 'note', rule, evidence))
    const lines = shown(long, 80)
    const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 80)), 0)
    expect(rows).toBeLessThanOrEqual(40)
    expect(lines.filter((line) => /sentence/.test(line)).length).toBeGreaterThanOrEqual(3)
    expect(lines).toContainEqual(expect.stringMatching(/^ +\d+ more {2}of \d+ other rules$/))
    expect(lines).toContain('All of them, one by one: the same command with --report check.md, or with --json')
    expect(lines.at(-1)).toMatch(/^9 errors, \d+ notes in /)
  })
})
