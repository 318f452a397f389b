import { expect, test } from 'vitest'
import { compareBranches } from '../../../src/core/merge/compare-branches.ts'
import { orderInWords } from '../../../src/core/merge/order-words.ts'
import { parseMigration } from '../../../src/core/migration/parse-file.ts'

const file = (name: string, up = `CREATE TABLE t${name} ();`) =>
  parseMigration(`${name}.sql`, { version: String(Number(name.split('_')[0])), name }, `-- UP\n${up}\n`)

function compared(
  here: Parameters<typeof file>[],
  there: Parameters<typeof file>[],
  fork: string[],
  changed: string[] = [],
) {
  const branches = {
    here: here.map((args) => file(...args)),
    there: there.map((args) => file(...args)),
    fork: new Set(fork),
    changedHere: new Set(changed),
  }
  const { sameNumber, older, edited, gone } = compareBranches(branches)
  return [
    ...sameNumber.map(([a, b]) => `${a.name} as ${b.name}`),
    ...older.map(({ file: one, last }) => `${one.name} under ${last.name}`),
    ...edited.map(({ file: one, isHere }) => `${one.name} edited ${isHere ? 'here' : 'there'}`),
    ...gone.map(({ file: one, now }) => `${one.name} gone to ${now?.name ?? 'nowhere'}`),
  ]
}

test.each([
  ['nothing where both are alike', [['1_a']], [['1_a']], ['1_a'], [], []],
  ['one number, however it is written', [['03_b']], [['003_c']], [], [], ['03_b as 003_c']],
  ['one name with two texts', [['1_a', 'SELECT 1']], [['1_a', 'SELECT 2']], [], [], ['1_a as 1_a']],
  ['one name with one text on both', [['1_a']], [['1_a']], [], [], []],
  ['a lower number', [['2_b']], [['10_c']], [], [], ['2_b under 10_c']],
  [
    'an edit of either side',
    [['1_a', 'SELECT 1'], ['2_b']],
    [['1_a'], ['2_b', 'SELECT 1']],
    ['1_a', '2_b'],
    ['1_a'],
    ['1_a edited here', '2_b edited there'],
  ],
  ['a comment is no edit', [['1_a', '-- x\nSELECT 1']], [['1_a', 'SELECT  1']], ['1_a'], ['1_a'], []],
  [
    'a file that is gone, and one that has another name',
    [['9_z', 'SELECT 2']],
    [
      ['1_a', 'SELECT 1'],
      ['2_b', 'SELECT 2'],
    ],
    ['1_a', '2_b'],
    [],
    ['1_a gone to nowhere', '2_b gone to 9_z'],
  ],
] as [string, Parameters<typeof file>[], Parameters<typeof file>[], string[], string[], string[]][])(
  'branches are compared: %s',
  (_, here, there, fork, changed, found) => {
    expect(compared(here, there, fork, changed)).toEqual(found)
  },
)

test.each([
  ['+', [], 'table t is there only if those of main come first'],
  ['-', [], 'table t is there only if yours come first'],
  ['~', [{ trait: 'comment', left: 'x', right: null }], 'table t: comment differs'],
] as const)('a difference %s is told with the order that makes it', (sign, traits, words) => {
  expect(orderInWords({ sign, kind: 'table', name: 't', traits }, 'main')).toBe(words)
})
