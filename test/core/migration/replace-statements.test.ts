import { describe, expect, test } from 'vitest'
import { replaceStatements } from '../../../src/core/migration/replace-statements.ts'
import type { Section } from '../../../src/core/migration/section.ts'
import { file } from '../../helpers/history.ts'
import { parseLarge } from '../../helpers/sections.ts'

const up = 'CREATE ROLE a\n  LOGIN;\nCOPY t FROM stdin;\n1\n2\n\\.\nSELECT 3;'
const held = file('001_a', { up }).up
const streamed = parseLarge('001_a.sql', { version: '1', name: '001_a' }, [`-- UP\n${up}\n`]).up

const texts = ({ sql, statements }: ReturnType<typeof replaceStatements>) =>
  [...statements].map(({ start, end, data }) => [sql.slice(start, end), data && sql.slice(data.start, data.end)])

describe.each<[string, Section]>([
  ['held', held],
  ['streamed', streamed],
])('in a section that is %s', (_, section) => {
  test('a statement is left out, and all others keep their lines and data', () => {
    const made = replaceStatements(section, new Map([[0, null]]))
    expect(texts(made)).toEqual([
      ['COPY t FROM stdin', '1\n2\n'],
      ['SELECT 3', null],
    ])
    const line = (text: string) => made.sql.slice(0, made.sql.indexOf(text)).split('\n').length
    expect(line('COPY') - line('SELECT 3')).toBe(-4)
    expect(made.sql).not.toMatch(/ROLE/)
  })

  test('a COPY is replaced together with its data', () => {
    const made = replaceStatements(section, new Map([[1, 'SELECT 12']]))
    expect(texts(made)).toEqual([
      ['CREATE ROLE a\n  LOGIN', null],
      ['SELECT 12', null],
      ['SELECT 3', null],
    ])
  })

  test('that loses its last statement has nothing to do', () => {
    const made = replaceStatements(section, new Map([0, 1, 2].map((i) => [i, null])))
    expect(texts(made)).toEqual([])
    expect(made.nothingToDo).toBe(true)
  })
})
