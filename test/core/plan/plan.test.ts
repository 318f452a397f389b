import { describe, expect, test } from 'vitest'
import type { Applied, Migration } from '../../../src/core/migration/migration.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'
import { compare } from '../../../src/core/migration/state.ts'
import { notesOnDown, planDown } from '../../../src/core/plan/down.ts'
import { planFresh } from '../../../src/core/plan/fresh.ts'
import { type Limit, type Plan, samePlan } from '../../../src/core/plan/plan.ts'
import { planUp } from '../../../src/core/plan/up.ts'
import { errorOf, file, row, rows } from '../../helpers/history.ts'

const [a, b, c, d] = [file('001_a'), file('002_b'), file('003_c'), file('004_d')] as const
const all = [a, b, c, d]
const names = (plan: Plan) => plan.steps.map((step) => step.name)

describe('up', () => {
  const up = (files: Migration[], history: Applied[], limit?: Limit, allow?: boolean) =>
    planUp(compare(files, history), { ...limit, allowOutOfOrder: allow })

  test.each<[what: string, files: Migration[], history: Applied[], limit: Limit, expected: string[]]>([
    ['applies nothing where nothing is pending', all, rows(...all), {}, []],
    ['applies everything to an empty database', all, [], {}, ['001_a', '002_b', '003_c', '004_d']],
    ['applies what is pending', all, rows(a, b), {}, ['003_c', '004_d']],
    ['applies N of it', all, rows(a), { count: 2 }, ['002_b', '003_c']],
    ['applies all of it when N is more', all, rows(a), { count: 9 }, ['002_b', '003_c', '004_d']],
    ['applies up to a version', all, rows(a), { to: '3' }, ['002_b', '003_c']],
    ['applies at most N up to a version', all, rows(a), { to: '4', count: 1 }, ['002_b']],
    ['applies nothing up to a version that is applied', all, rows(a, b), { to: '1' }, []],
    ['applies nothing up to one that is missing', [a, c], rows(a, b), { to: '2' }, []],
    ['resumes what failed', all, [row(a, 1), row(b, 2, { state: 'failed' })], { count: 1 }, ['002_b']],
    ['passes over what is missing', [a, c], rows(a, b), {}, ['003_c']],
    ['leaves one out of order alone beyond N', [a, c, d], rows(c), { count: 0 }, []],
    ['takes dependencies first', [file('1_a', { dependsOn: '2' }), b], [], { to: '1' }, ['002_b', '1_a']],
    ['a copy of one whose file is here', [a, file('2_x', { up: "SELECT 'a';" })], rows(a), {}, ['2_x']],
    [
      'one that says that it has the same text',
      [a, file('3_b', { up: "-- nself: allow same-text because it doubles\nSELECT 'b';" })],
      rows(a, b),
      {},
      ['3_b'],
    ],
  ])('%s', (_, files, history, limit, expected) => {
    const plan = up(files, history, limit)
    expect(names(plan)).toEqual(expected)
    expect(plan.action).toBe('up')
    for (const step of plan.steps) expect(step).toMatchObject({ direction: 'up', file: { version: step.version } })
  })

  test('stops at a file whose UP has no statement, and not at one that says so', () => {
    const written = file('002_b', { up: '-- nself: nothing-to-do' })
    expect(names(up([a, written, c], []))).toEqual(['001_a', '002_b', '003_c'])
    const empty = file('002_b', { up: '-- to be written' })
    expect(errorOf(() => up([a, empty, c], []))).toMatchObject({
      code: 'invalid-migration',
      exitStatus: 2,
      message: '002_b.sql has no statement in UP; nothing was run',
    })
    expect(errorOf(() => planFresh(compare([a, empty], []))).code).toBe('invalid-migration')
  })

  test('goes as far as it is told before a file whose UP has no statement', () => {
    const empty = file('002_b', { up: '' })
    expect(names(up([a, empty], [], { to: '1' }))).toEqual(['001_a'])
    expect(names(up([a, empty, c], rows(a, empty)))).toEqual(['003_c'])
  })

  test('knows the row of what it resumes', () => {
    const failed = row(a, 1, { state: 'failed', statementsDone: 1 })
    expect(up([a], [failed]).steps).toMatchObject([{ applied: failed }])
  })

  test.each<[what: string, limit: Limit, expected: string[]]>([
    ['all of them', {}, ['001_a', '002_b', '004_d']],
    ['N', { count: 1 }, ['001_a']],
    ['up to a version', { to: '2' }, ['001_a', '002_b']],
  ])('applies %s out of order only when that is allowed', (_, limit, expected) => {
    const error = errorOf(() => up(all, rows(c), limit))
    expect(error).toMatchObject({ code: 'refused', hint: expect.stringContaining('--allow-out-of-order') })
    expect(error.message).toContain('001_a')
    expect(error.message).not.toContain('004_d')
    expect(names(up(all, rows(c), limit, true))).toEqual(expected)
  })

  test.each<
    [what: string, files: Migration[], history: Applied[], limit: Limit, code: string, message: RegExp, hint: RegExp]
  >([
    [
      'one edited',
      [file('001_a', { up: 'x' }), b],
      rows(a),
      {},
      'refused',
      /001_a was applied, and its file has changed since$/,
      /--accept 1$/,
    ],
    [
      'two edited',
      [file('1_a', { up: 'x' }), file('2_b', { up: 'x' })],
      rows(a, b),
      {},
      'refused',
      /^1_a, 2_b were applied, and their files have changed since$/,
      /--accept 1,2$/,
    ],
    [
      'one edited beyond N',
      [a, file('002_b', { up: 'x' })],
      rows(b),
      { count: 0 },
      'refused',
      /^002_b was applied/,
      /repair/,
    ],
    ['an unknown version', all, [], { to: '9' }, 'usage', /version 9 is unknown/, /status/],
    [
      'one failed without its file',
      [b],
      [row(a, 1, { state: 'failed' })],
      {},
      'refused',
      /001_a is partially applied, and its file is not here/,
      /bring/,
    ],
    [
      'one partially reverted',
      [a, b],
      [row(a, 1, { state: 'reverting' })],
      {},
      'refused',
      /partially reverted/,
      /migrate down/,
    ],
    [
      'one partially reverted, gone',
      [b],
      [row(a, 1, { state: 'reverting' })],
      { count: 0 },
      'refused',
      /reverted/,
      /down/,
    ],
    [
      'two of one version',
      [file('002_b'), a, file('2_c')],
      [],
      {},
      'conflict',
      /^two migrations have the version 2: 002_b.sql and 2_c.sql; neither is applied$/,
      /no other branch has yet .*--renumber 2_c; or: .*--renumber 002_b$/,
    ],
    [
      'two of one version, of which the later one is applied',
      [file('002_b'), a, file('2_c')],
      rows(file('2_c')),
      {},
      'conflict',
      /2_c is applied, 002_b is not$/,
      /if no other branch has 002_b yet, .*--renumber 002_b\. .*--renumber 2_c$/,
    ],
    [
      'the two halves of one',
      [file('1_a.down'), file('1_a.up')],
      [],
      {},
      'conflict',
      /^two migrations have the version 1: 1_a.down.sql and 1_a.up.sql/,
      /one file: -- UP, the text of 1_a.up.sql, -- DOWN, the text of 1_a.down.sql/,
    ],
    [
      'one whose number another applied one has',
      [a, file('2_c')],
      rows(a, b),
      {},
      'refused',
      /^2_c is pending, but its number is that of 002_b, which is applied here$/,
      /--renumber 2_c;.*nself db migrate sync;/,
    ],
    [
      'one that did its work under another number',
      [a, file('003_b')],
      rows(a, b),
      {},
      'refused',
      /^003_b has the same text as 002_b, which is applied and whose file is gone/,
      /--renamed 2=3;.*allow same-text because/,
    ],
    [
      'the same with other comments',
      [a, file('003_x', { up: "/* again */ SELECT  'b'" })],
      rows(a, b),
      {},
      'refused',
      /^003_x has the same text as 002_b/,
      /--renamed 2=3/,
    ],
  ])('refuses %s', (_, files, history, limit, code, message, hint) => {
    const error = errorOf(() => up(files, history, limit, true))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) })
  })
})

describe('down', () => {
  const down = (files: Migration[], history: Applied[], limit?: Limit) => planDown(compare(files, history), limit)

  test.each<[what: string, files: Migration[], history: Applied[], limit: Limit | undefined, expected: string[]]>([
    ['reverts nothing where nothing is applied', all, [], undefined, []],
    ['reverts the last by default', all, rows(a, b), undefined, ['002_b']],
    ['reverts the last N', all, rows(a, b, c), { count: 2 }, ['003_c', '002_b']],
    ['reverts all when N is more', all, rows(a, b), { count: 9 }, ['002_b', '001_a']],
    ['reverts by order of application', all, rows(c, a, d, b), { count: 3 }, ['002_b', '004_d', '001_a']],
    ['keeps the version it goes back to', all, rows(a, b, c), { to: '1' }, ['003_c', '002_b']],
    ['reverts no more than N of those', all, rows(a, b, c), { to: '1', count: 1 }, ['003_c']],
    ['goes back by order of application too', all, rows(c, a, b), { to: '3' }, ['002_b', '001_a']],
    ['reverts nothing back to the last', all, rows(a, b), { to: '2' }, []],
    ['reverts everything back to 0', all, rows(a, b), { to: '0' }, ['002_b', '001_a']],
    ['keeps a version 0 that is applied', [file('000_z'), a], rows(file('000_z'), a), { to: '0' }, ['001_a']],
    ['reverts nothing back to 0 on an empty database', all, [], { to: '0' }, []],
    ['reverts what is missing here', [a], rows(a, b), undefined, ['002_b']],
    ['reverts what was edited', [a, file('002_b', { up: 'x' })], rows(a, b), undefined, ['002_b']],
    ['resumes what is partially reverted', all, [row(a, 1), row(b, 2, { state: 'reverting' })], {}, ['002_b']],
    ['reverts what is partially applied', all, [row(a, 1), row(b, 2, { state: 'failed' })], {}, ['002_b']],
  ])('%s', (_, files, history, limit, expected) => {
    const plan = down(files, history, limit)
    expect(names(plan)).toEqual(expected)
    expect(plan.action).toBe('down')
    for (const step of plan.steps) expect(step).toMatchObject({ direction: 'down', applied: { name: step.name } })
  })

  test.each<[what: string, files: Migration[], history: Applied[], limit: Limit, code: string, message: RegExp]>([
    ['one without DOWN', [file('001_a', { down: null })], rows(a), {}, 'refused', /^cannot revert 001_a: no DOWN/],
    [
      'any without DOWN',
      [a, file('2_b', { down: '' }), c],
      rows(a, b, c),
      { count: 3 },
      'refused',
      /^cannot revert 2_b/,
    ],
    [
      'several',
      [file('1_a', { down: null }), file('2_b', { down: null })],
      rows(a, b),
      { to: '0' },
      'refused',
      /cannot revert 2_b, 1_a: no DOWN/,
    ],
    [
      'one gone without a stored DOWN',
      [a],
      [row(a, 1), row(b, 2, { revertible: false })],
      {},
      'refused',
      /cannot revert 002_b: no DOWN/,
    ],
    ['an unknown version', all, rows(a), { to: '9' }, 'usage', /version 9 is not applied/],
    ['a version that is pending', all, rows(a), { to: '2' }, 'usage', /version 2 is not applied/],
  ])('refuses %s', (_, files, history, limit, code, message) => {
    expect(errorOf(() => down(files, history, limit))).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('leads past one without DOWN only where something was applied after it', () => {
    const hintOf = (files: Migration[], limit: Limit) => errorOf(() => down(files, rows(a, b), limit)).hint
    const open = file('001_a', { down: null })
    expect(hintOf([open, b], { count: 2 })).toMatch(
      /; or revert only what .*: nself db migrate down --to 001_a; nothing/,
    )
    expect(hintOf([a, file('002_b', { down: null })], {})).toMatch(/create --down-of 002_b; nothing was changed$/)
  })

  test('passes by one without DOWN that it does not reach', () => {
    expect(names(down([file('001_a', { down: null }), b], rows(a, b)))).toEqual(['002_b'])
  })
})

describe('which DOWN', () => {
  const steps = (of: Migration, applied = row(a, 1)) => {
    const plan = planDown(compare([of], [applied]))
    return [plan.steps[0]?.file === of ? 'file' : 'stored', ...notesOnDown(plan)]
  }

  test.each([
    ['the one of the file', a, ['file']],
    [
      'the one of the file, where that has changed',
      file('001_a', { down: 'SELECT 3;' }),
      ['file', '001_a is reverted by the DOWN of its file, which has changed since it was applied'],
    ],
    [
      'the one of the file, where only comments of UP have changed',
      file('1_a', { up: "SELECT 'a' -- x\n;" }),
      ['file'],
    ],
    [
      'the stored one, where UP has changed',
      file('001_a', { up: 'x', down: null }),
      ['stored', '001_a is reverted by the DOWN that was stored when it was applied'],
    ],
  ])('is run: %s', (_, of, expected) => {
    expect(steps(of)).toEqual(expected)
  })

  test('is told where only the edited file has one', () => {
    const history = [row(a, 1, { revertible: false, shortDown: null })]
    expect(errorOf(() => planDown(compare([file('001_a', { up: 'x' })], history)))).toMatchObject({
      code: 'refused',
      hint: expect.stringContaining('nself db migrate repair --accept 1'),
    })
  })
})

describe('fresh', () => {
  const fresh = (files: Migration[], history: Applied[]) => planFresh(compare(files, history))

  test.each<[what: string, files: Migration[], history: Applied[], expected: string[]]>([
    ['applies every file to an empty database', all, [], ['001_a', '002_b', '003_c', '004_d']],
    ['applies what is applied again', [a, b], rows(b, a), ['001_a', '002_b']],
    ['takes edited files as they are', [file('001_a', { up: 'x' })], rows(a), ['001_a']],
    ['leaves out what is missing', [b], rows(a, b), ['002_b']],
    ['minds no order of application', [a, b], rows(b), ['001_a', '002_b']],
    ['ignores what is partially applied or reverted', [a, b], [row(a, 1, { state: 'reverting' })], ['001_a', '002_b']],
    ['takes dependencies first', [file('1_a', { dependsOn: '2' }), b], rows(b), ['002_b', '1_a']],
  ])('%s', (_, files, history, expected) => {
    const plan = fresh(files, history)
    expect(names(plan)).toEqual(expected)
    expect(plan.action).toBe('fresh')
    for (const step of plan.steps) expect(step).toMatchObject({ direction: 'up', applied: null })
  })

  test('refuses a dependency whose file is missing: after it nothing would be left of it', () => {
    const needy = file('002_b', { dependsOn: '001_a' })
    expect(names(planUp(compare([needy], rows(a))))).toEqual(['002_b'])
    expect(errorOf(() => fresh([needy], rows(a)))).toMatchObject({
      code: 'invalid-migration',
      message: '002_b.sql depends on 001_a, which does not exist',
    })
  })
})

describe('two plans are the same', () => {
  const parse = (name: string, text: string) => parseMigration(`${name}.sql`, { version: '1', name }, text)
  const up = (...files: Migration[]) => planUp(compare(files, []))

  test.each<[what: string, one: Plan, other: Plan, same: boolean]>([
    ['when both do nothing', up(), up(), true],
    ['when both do the same', up(a, b), up(b, a), true],
    ['not when one does more', up(a), up(a, b), false],
    ['not when a file was edited', up(a), up(file('001_a', { up: 'x' })), false],
    [
      'not when its DOWN was edited',
      up(parse('001_a', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 1;')),
      up(parse('001_a', '-- UP\nSELECT 1;\n-- DOWN\nSELECT 2;')),
      false,
    ],
    [
      'not when a header was written above it',
      up(parse('001_a', '-- UP\nSELECT 1;')),
      up(parse('001_a', '-- nself: no-transaction\n-- UP\nSELECT 1;')),
      false,
    ],
    ['not in other directions', up(a), planDown(compare([a], rows(a))), false],
    [
      'not in another order',
      planDown(compare(all, rows(a, b)), { count: 2 }),
      planDown(compare(all, rows(b, a)), { count: 2 }),
      false,
    ],
  ])('%s', (_, one, other, same) => {
    expect(samePlan(one, other)).toBe(same)
    expect(samePlan(other, one)).toBe(same)
  })
})
