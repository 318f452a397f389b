import { describe, expect, test } from 'vitest'
import type { Applied, Migration } from '../../../src/core/migration/migration.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { compare } from '../../../src/core/migration/state.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { planUp, type UpChoice } from '../../../src/core/plan/up.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

const contract = '-- nself: phase contract\n'
const [a, c] = [file('001_a'), file('003_c')]
const b = file('002_b', { up: `${contract}SELECT 'b';` })
const names = (plan: Plan) => plan.steps.map((step) => step.name)
const up = (files: Migration[], history: Applied[], choice: UpChoice = {}) => planUp(compare(files, history), choice)
const expand = { phase: 'expand' } as const

describe('phases of a release', () => {
  test.each<[what: string, files: Migration[], history: Applied[], choice: UpChoice, expected: string[]]>([
    ['up runs all phases', [a, b, c], [], {}, ['001_a', '002_b', '003_c']],
    ['the expand phase leaves what waits for the release', [a, b, c], [], expand, ['001_a', '003_c']],
    ['up N of the expand phase counts what it runs', [a, b, c], [], { ...expand, count: 2 }, ['001_a', '003_c']],
    ['what waited for the release runs late without a flag', [a, b, c], rows(a, c), {}, ['002_b']],
    ['nothing is left to run in the expand phase then', [a, b, c], rows(a, c), expand, []],
    [
      'a file that says expand is one that says nothing',
      [file('1_x', { up: '-- nself: phase expand\nSELECT 1;' })],
      [],
      expand,
      ['1_x'],
    ],
  ])('%s', (_, files, history, choice, expected) => {
    expect(names(up(files, history, choice))).toEqual(expected)
  })

  test('what waits for the release is not out of order, and what does not wait is', () => {
    expect(compare([a, b, c], rows(a, c)).entries.map(({ outOfOrder }) => outOfOrder)).toEqual([false, false, false])
    expect(compare([a, file('002_b'), c], rows(a, c)).entries.map(({ outOfOrder }) => outOfOrder)).toEqual([
      false,
      true,
      false,
    ])
  })

  test('the expand phase refuses what depends on one that waits for the release', () => {
    const late = file('003_c', { dependsOn: '2' })
    expect(errorOf(() => up([a, b, late], [], expand))).toMatchObject({
      code: 'refused',
      message: '003_c depends on 002_b, which waits until the new release is out',
      hint: expect.stringContaining(
        'nself db migrate up; or only what comes before it: nself db migrate up --phase expand --to 001_a; nothing was run',
      ),
    })
    expect(errorOf(() => up([a, b, late], [row(a, 1)], expand))).toMatchObject({
      hint: expect.stringMatching(/apply both: nself db migrate up; nothing was run$/),
    })
    expect(names(up([a, b, late], [row(a, 1), row(b, 2)], expand))).toEqual(['003_c'])
    expect(names(up([a, b, late], []))).toEqual(['001_a', '002_b', '003_c'])
  })

  test.each([
    ['-- UP\nSELECT 1;\n-- DOWN\n-- nself: phase contract\nSELECT 2;', '-- nself: phase contract stands in DOWN'],
    [
      '-- nself: phase contract\n-- nself: phase expand\n-- UP\nSELECT 1;',
      '-- nself: phase expand comes after phase contract',
    ],
    ['-- nself: phase shrink\n-- UP\nSELECT 1;', 'unknown header: -- nself: phase shrink'],
    ['-- nself: phase\n-- UP\nSELECT 1;', 'unknown header: -- nself: phase'],
    [
      '-- UP\nSELECT 1;\n-- nself: phase contract\n',
      '-- nself: phase contract stands below a statement, where it has no effect',
    ],
  ])('%s is an error', (text, message) => {
    const parse = () => parseMigration('1_a.sql', { version: '1', name: '1_a' }, text)
    expect(errorOf(parse)).toMatchObject({ code: 'invalid-migration', message })
  })
})
