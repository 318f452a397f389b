import { describe, expect, test } from 'vitest'
import { atLevels, withoutAllowed } from '../../../src/core/check/allowed.ts'
import { changeInWords } from '../../../src/core/check/difference-words.ts'
import { byFile, countsOf, finding, isAsBadAs } from '../../../src/core/check/finding.ts'
import { parseProofs, proofKeys, proofText } from '../../../src/core/check/proof-lines.ts'
import type { RuleLevels, RuleName } from '../../../src/core/check-rules.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'

function found(rule: RuleName, path = '1_a.sql', line = 1) {
  const migration = path.replace('.sql', '')
  return finding(rule, { migration, place: { path, line, column: 1 }, message: '', instead: '', evidence: [] })
}

const file = (name: string, text: string) =>
  parseMigration(`${name}.sql`, { version: name.split('_')[0] ?? '', name }, text)

describe('findings', () => {
  test('come by file, the worst first', () => {
    const all = [
      found('proof/no-down', '1_a.sql', 1),
      found('proof/values-lost', '2_b.sql', 9),
      found('parse/syntax', '2_b.sql', 12),
      found('parse/syntax', '2_b.sql', 3),
    ]
    expect(byFile(all).map(({ path, findings }) => [path, findings.map(({ place }) => place.line)])).toEqual([
      ['2_b.sql', [3, 12, 9]],
      ['1_a.sql', [1]],
    ])
    expect(countsOf(all).map(({ count }) => count)).toEqual([2, 1, 1])
  })

  test.each([
    ['error', 'error', true],
    ['warning', 'error', false],
    ['warning', 'note', true],
    ['note', 'warning', false],
  ] as const)('%s fails from %s on: %s', (severity, limit, fails) => {
    expect(isAsBadAs(severity, limit)).toBe(fails)
  })
})

describe('a rule that a file allows', () => {
  const allowing = file('1_a', '-- nself: allow proof/no-down because we never revert\n-- UP\nSELECT 1;\n')

  test('is not told of that file, but of others', () => {
    const all = [found('proof/no-down', '1_a.sql'), found('proof/no-down', '2_b.sql')]
    const left = withoutAllowed(all, [allowing, file('2_b', 'SELECT 1;')], new Set(['proof']))
    expect(left.map(({ rule, migration }) => `${migration} ${rule}`)).toEqual(['2_b proof/no-down'])
  })

  test('is told where it finds nothing, if its part has run', () => {
    expect(withoutAllowed([], [allowing], new Set(['proof'])).map(({ rule }) => rule)).toEqual(['check/unused-allow'])
    expect(withoutAllowed([], [allowing], new Set(['parse', 'lint']))).toEqual([])
  })

  test.each([
    ['allow parse/syntax because x', 'parse/syntax cannot be allowed'],
    ['allow proof/down-fails because x', 'proof/down-fails cannot be allowed'],
    ['allow ban-drop-column because x', 'there is no rule ban-drop-column to allow'],
    ['allow nothing because x', 'there is no rule nothing to allow'],
    ['allow', 'it names no rule to allow'],
    ['allow lint/ban-drop-column', 'it does not say why lint/ban-drop-column is allowed'],
    ['allow lint/ban-drop-column because', 'it does not say why lint/ban-drop-column is allowed'],
    ['allow lint/ban-drop-column: 1.8 does without', 'there is no rule lint/ban-drop-column: to allow'],
  ])('"%s" is refused: %s', (header, message) => {
    expect(() => file('1_a', `-- nself: ${header}\n-- UP\nSELECT 1;\n`)).toThrow(message)
  })

  test('is suggested where only its part is missing', () => {
    expect(() => file('1_a', '-- nself: allow ban-drop-column because x\n-- UP\nSELECT 1;\n')).toThrow(
      expect.objectContaining({ hint: 'did you mean lint/ban-drop-column?' }),
    )
  })
})

test('a project may say how bad what a rule finds is, or that it is not to be told', () => {
  const all = [found('proof/no-down'), found('proof/column-order'), found('lint/require-table-schema')]
  const told = (levels: RuleLevels) => atLevels(all, levels).map(({ rule, severity }) => `${rule} ${severity}`)
  expect(told({})).toEqual(['proof/no-down warning', 'proof/column-order note'])
  expect(told({ 'proof/no-down': 'error', 'proof/column-order': 'off', 'lint/require-table-schema': 'note' })).toEqual([
    'proof/no-down error',
    'lint/require-table-schema note',
  ])
})

test.each([
  ['+', [], 'column users.phone is gone'],
  ['-', [], 'column users.phone is left behind'],
  ['~', [{ trait: 'default', left: '1', right: '2' }], 'column users.phone has changed: default from 1 to 2'],
  ['~', [{ trait: 'nullability', left: null, right: 'x' }], 'column users.phone has changed: nullability'],
] as const)('a difference is said in words: %s %j', (sign, traits, words) => {
  expect(changeInWords({ sign, kind: 'column', name: 'users.phone', traits })).toBe(words)
})

describe('the key of a proof', () => {
  const both = (up: string, down: string) => `-- UP\n${up}\n-- DOWN\n${down}\n`
  const a = file('1_a', both('CREATE TABLE a ();', 'DROP TABLE a;'))
  const b = file('2_b', both('CREATE TABLE b ();', 'DROP TABLE b;'))
  const [keyOfA, keyOfB] = proofKeys([a, b], 18)

  test('changes with UP of it and of those before it, with its own DOWN, and with the major', () => {
    const otherUp = file('1_a', both('CREATE TABLE a (i int);', 'DROP TABLE a;'))
    expect(proofKeys([otherUp, b], 18).filter((key) => key === keyOfA || key === keyOfB)).toEqual([])
    expect(proofKeys([a, b], 17).filter((key) => key === keyOfA || key === keyOfB)).toEqual([])
    const otherDown = file('1_a', both('CREATE TABLE a ();', 'DROP TABLE IF EXISTS a;'))
    expect(proofKeys([otherDown, b], 18)).toEqual([expect.not.stringMatching(`^${keyOfA}$`), keyOfB])
  })

  test('is read as it was written, and what is no proof is passed over', () => {
    const proofs = [
      { name: '1_a', major: 18, key: keyOfA ?? '', reorders: false, rows: true },
      { name: '2_b', major: 18, key: keyOfB ?? '', reorders: true, rows: false },
      { name: '3_c', major: 18, key: keyOfB?.replace(/./, '0') ?? '', reorders: true, rows: true },
    ]
    expect(parseProofs(`${proofText(proofs)}<<<<<<< HEAD\n3_c pg18 short\n`)).toEqual(proofs)
  })
})
