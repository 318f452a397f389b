import { describe, expect, test } from 'vitest'
import { renderReport } from '../../src/cli/report.ts'
import { rules } from '../../src/core/check-rules.ts'
import { results } from './render/samples.ts'

const { check } = results
const [note] = check.findings

/** With a finding that says what a format takes for its own. */
function saying(message: string) {
  return { ...check, findings: note === undefined ? [] : [{ ...note, message, evidence: [message] }] }
}

test('a person reads the worst first, each with its place, and the sum last', () => {
  expect(renderReport(check, 'human')).toBe(`nself/migrations/003_split_name.sql
     7  error    DOWN does not bring back the schema that was  proof/down-differs
        index users_name is gone
        Next: make DOWN undo all that UP does
     4  note     the column users.name comes back with DOWN, its values do not  proof/values-lost
        Next: keep what is to be had again in another table or column, or take a backup first

1 error, 1 note in 2 pending migrations; DOWN is proven for 1`)
})

test('a part that is not complete is told', () => {
  const parts = [{ part: 'proof', outcome: 'incomplete', reason: '001_a does not run' }] as const
  expect(renderReport({ ...check, findings: [], parts }, 'human')).toBe(
    'proof is not complete: 001_a does not run\nNo findings in 2 pending migrations; DOWN is proven for 1',
  )
})

describe('GitHub annotations', () => {
  test('stand on the lines of the files', () => {
    expect(renderReport(check, 'github').split('\n')).toEqual([
      '::error file=nself/migrations/003_split_name.sql,line=7,col=1,title=DOWN does not bring back the schema that was (proof/down-differs)::DOWN does not bring back the schema that was%0Aindex users_name is gone%0Amake DOWN undo all that UP does',
      expect.stringMatching(/^::notice file=.*,line=4,col=1,title=.*::the column users\.name comes back/),
    ])
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
    expect(text).toMatch(/^### Migrations: 1 error, 1 note\n\n2 pending migrations; DOWN is proven for 1\.\n/)
    expect(text.match(/<details>/g)).toHaveLength(2)
    expect(text).toContain('**nself/migrations/003\\_split\\_name.sql**')
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
      text: 'DOWN does not bring back the schema that was\nindex users_name is gone\nmake DOWN undo all that UP does',
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
