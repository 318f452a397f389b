import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/core/migration/checksum.ts'
import type { Applied } from '../../../src/core/migration/migration.ts'
import { parseRepeatable, type RanRepeatable } from '../../../src/core/migration/repeatable.ts'
import { compare } from '../../../src/core/migration/state.ts'
import { findingsOf } from '../../../src/core/repair/findings.ts'
import { noRepairFlags, type RepairFlags, repairsFor } from '../../../src/core/repair/repair-flags.ts'
import { errorOf, file, row } from '../../helpers/history.ts'

const flags = (more: Partial<RepairFlags>): RepairFlags => ({ ...noRepairFlags, ...more })
const three = file('001_a', { up: 'SELECT 1;\nSELECT 2;\nSELECT 3;' })
const stopped = (more: Partial<Applied>) => compare([three], [row(three, 1, { state: 'failed', ...more })])
const edited = compare([file('001_a', { up: 'SELECT 10;' })], [row(three, 1)])
const pending = compare([file('001_a'), file('002_b'), file('003_c')], [])

const gone = compare([file('002_b', { up: 'SELECT 2;' })], [row(file('001_a', { up: 'SELECT 1;' }), 1)])

const view = (name: string, text: string) => parseRepeatable(`repeatable/${name}.sql`, name, `-- UP\n${text}\n`)
const ran = (name: string, text: string): RanRepeatable => ({
  ...{ name, text: view(name, text).text, checksum: view(name, text).file.checksum, variables: {}, before: null },
  ...{ appliedAt: '2026-01-20T10:30:00Z', durationMs: 1, appliedBy: 'deploy', branch: null, position: 1 },
})
/** `totals` and `twin` had one text, which the new `sums` has now. */
const views = compare([], [], [], {
  files: [view('kept', 'SELECT 2;'), view('other', 'SELECT 3;'), view('sums', 'SELECT 1;')],
  rows: [ran('kept', 'SELECT 2;'), ran('totals', 'SELECT 1;'), ran('twin', 'SELECT 1;')],
})
const renamedTo = (from: string, to: string) => flags({ renamedRepeatable: [[from, to]] })

describe('what is wrong is found, with the flag that fixes it:', () => {
  test.each([
    ['an edited file', edited, ['--accept 1']],
    [
      'one that stopped after a statement that is done',
      stopped({ statementsDone: 1, statementBegun: 1 }),
      ['--forget 1'],
    ],
    [
      'one that was killed inside a statement',
      stopped({ statementsDone: 1, statementBegun: 2 }),
      ['--statement-done 1', '--statement-again 1', '--forget 1'],
    ],
    ['nothing in what is only pending', pending, []],
    ['nothing in a row whose file another checkout has', compare([], [row(three, 1)]), []],
  ])('%s', (_, state, expected) => {
    expect(findingsOf(state, [], false).map(({ flag }) => flag)).toEqual(expected)
  })

  test('rows that are gone, with or without their files', () => {
    const [a, b] = [file('001_a'), file('002_b')]
    const [found] = findingsOf(compare([a, b], [row(a, 1)], [b, { version: '3', name: '003_c' }]), [], false)
    expect(found?.flag).toBe('--rebuild')
    expect(found?.what).toContain('the rows of 002_b, 003_c are gone')
    expect(found?.repairs).toMatchObject([{ kind: 'rebuild', files: [b] }])
  })

  test('that an edit of completed statements must be reverted before up resumes', () => {
    const done = { statementsDone: 2, statementBegun: 2, doneChecksum: sha256('SELECT 1\0SELECT 2') }
    const betterOf = (up: string) =>
      findingsOf(compare([file('001_a', { up })], [row(three, 1, { state: 'failed', ...done })]), [], false)[0]?.better
    expect(betterOf('SELECT 1;\nSELECT 2;\nSELECT 30;')).toBe('resume it: nself db migrate up')
    expect(betterOf('SELECT 1;\nSELECT 20;\nSELECT 3;')).toBe(
      'undo the edit in its first 2 statements, which are done already, then resume it: nself db migrate up',
    )
  })

  test('what forgetting one leaves, but for one of which nothing ran', () => {
    const empty = file('001_a', { up: '' })
    const whatOf = (state: ReturnType<typeof compare>) =>
      findingsOf(state, [], false).find(({ kind }) => kind === 'forget')?.what
    expect(whatOf(stopped({ statementsDone: 1, statementBegun: 1 }))).toContain('what it did stays in the database')
    expect(whatOf(compare([file('001_a')], [row(empty, 1)]))).toMatch(/without reverting it$/)
  })

  test('one new name for two repeatables of one text, of which only one can be it', () => {
    expect(findingsOf(views, [], false).map(({ flag }) => flag)).toEqual([
      '--renamed-repeatable totals=sums',
      '--forget-repeatable twin',
    ])
    expect(repairsFor(views, renamedTo('twin', 'sums.sql'))).toMatchObject([{ repeatable: 'twin', to: 'sums' }])
  })

  test('INVALID indexes, quoted for a shell, and a lost table', () => {
    expect(findingsOf(pending, ['public."odd name"'], true).map(({ flag }) => flag)).toEqual([
      '--rebuild',
      `--drop-invalid-index 'public."odd name"'`,
    ])
  })
})

describe('a flag becomes a repair', () => {
  test('--statement-done knows the statements by their texts', () => {
    const [repair] = repairsFor(stopped({ statementsDone: 1, statementBegun: 2 }), flags({ statementDone: ['1'] }))
    expect(repair).toMatchObject({ kind: 'statement-done', doneChecksum: sha256('SELECT 1\0SELECT 2') })
  })

  test('--forget takes one whose row is gone, too', () => {
    const state = compare([file('001_a')], [], [{ version: '1', name: '001_a' }])
    expect(repairsFor(state, flags({ forget: ['1'] }))).toMatchObject([{ kind: 'forget', name: '001_a' }])
  })

  test('--forget takes one of which the journal alone knows', () => {
    const state = compare([], [], [{ version: '7', name: '007_x' }])
    expect(repairsFor(state, flags({ forget: ['7'] }))).toMatchObject([{ kind: 'forget', name: '007_x' }])
  })

  test('--baseline takes every pending one up to its version', () => {
    const repairs = repairsFor(pending, flags({ baseline: '2' }))
    expect(repairs.map((one) => ('file' in one ? `${one.kind} ${one.file.name}` : one.kind))).toEqual([
      'baseline 001_a',
      'baseline 002_b',
    ])
  })

  test.each([
    ['accept of one that is not edited', pending, flags({ accept: ['1'] }), /version 1 is not edited/],
    [
      'mark-applied of one that is applied',
      compare([three], [row(three, 1)]),
      flags({ markApplied: ['1'] }),
      /is not pending/,
    ],
    ['forget of one without a row', pending, flags({ forget: ['1'] }), /is not in the history/],
    [
      'statement-done where nothing is unknown',
      stopped({ statementsDone: 1, statementBegun: 1 }),
      flags({ statementDone: ['1'] }),
      /no statement of unknown outcome/,
    ],
    ['baseline of a version that has no file', pending, flags({ baseline: '9' }), /has no file/],
    [
      'a version that does not exist',
      pending,
      flags({ accept: ['77'] }),
      /^version 77 is neither in the history nor the number of a file$/,
    ],
    ['renamed from a number that nothing has', gone, flags({ renamed: [['9', '2']] }), /^version 9 is not in the hist/],
    ['renamed from one whose file is here', pending, flags({ renamed: [['1', '2']] }), /^001_a.sql is still there/],
    ['renamed to a number that no file has', gone, flags({ renamed: [['1', '9']] }), /^no file has the number 9$/],
    ['renamed to another text', gone, flags({ renamed: [['1', '2']] }), /^002_b does not have the text of 001_a$/],
    ['renamed-repeatable from what never ran', views, renamedTo('z', 'sums'), /^no repeatable z has run here$/],
    ['renamed-repeatable from one that is here', views, renamedTo('kept', 'sums'), /^kept.sql is still there/],
    [
      'renamed-repeatable to no file',
      views,
      renamedTo('totals', 'x'),
      /^there is no file x.sql among the repeatables$/,
    ],
    [
      'renamed-repeatable to one that ran',
      views,
      renamedTo('totals', 'kept'),
      /^the repeatable kept has run under its/,
    ],
    [
      'renamed-repeatable to another text',
      views,
      renamedTo('totals', 'other'),
      /^other.sql does not have the text of t/,
    ],
  ])('and %s is refused', (_, state, given, message) => {
    const error = errorOf(() => repairsFor(state, given))
    expect(error.code).toBe('usage')
    expect(error.message).toMatch(message)
  })
})
