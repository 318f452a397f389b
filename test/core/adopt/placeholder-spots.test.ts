import { expect, test } from 'vitest'
import { spotsIn } from '../../../src/core/adopt/tools/placeholder-spots.ts'
import { variableNameOf, withVariables } from '../../../src/core/adopt/tools/placeholders.ts'

const form = /\$\{([^}\s]+)\}/g
const spot = (name: string) => ['$', `{${name}}`].join('')

test.each([
  [`select * from ${spot('a')}.t`, 'code'],
  [`select '${spot('a')}'`, 'literal'],
  [`select * from "${spot('a')}".t`, 'identifier'],
  [`select E'${spot('a')}'`, 'inside'],
  [`select 'x ${spot('a')}'`, 'inside'],
  [`create table ${spot('a')}_t (i int)`, 'inside'],
  [`select $$${spot('a')}$$`, 'inside'],
  [`select 'it''s', '${spot('a')}'`, 'literal'],
  [`-- it's ${spot('a')}`, 'comment'],
  [`/* ${spot('a')} */`, 'comment'],
])('what a placeholder stands for is seen in %s', (sql, as) => {
  expect(spotsIn(sql, form).map((one) => [one.name, one.as])).toEqual([['a', as]])
})

test('variables stand for what is all of a string or of a name', () => {
  const text = `insert into ${spot('schema')}.t values ('${spot('a b:c'.replace(' ', '.'))}', ${spot('n')}, "${spot('col')}")`
  const spots = spotsIn(text, form)
  const { file, names } = withVariables({ path: 'V1__a.sql', text }, spots, 'Flyway', ({ name }) => name === 'schema')
  expect(file.text).toBe(`insert into :"schema".t values (:'a_b_c', ${spot('n')}, :"col")`)
  expect(names).toEqual(['schema', 'a_b_c', 'col'])
  expect(variableNameOf('1st')).toBe('_1st')
})
