import { expect, test } from 'vitest'
import { lastErrors, withoutOwnNoise } from '../../src/core/server-log.ts'

const line = (level: string, text: string) => `2026-11-27 06:13:09.760 UTC [31282] ${level}:  ${text}`
const ready = line('LOG', 'database system is ready to accept connections')
const theirs = [line('ERROR', 'division by zero'), line('STATEMENT', 'SELECT\n\t1/0')].join('\n')
const ours = [
  line('ERROR', 'relation "nself.migrations" does not exist at character 629'),
  line('STATEMENT', 'SELECT json_agg(x)\n\t FROM nself.migrations'),
].join('\n')

test('a log is shown without the errors by which nself finds that there is no history yet', () => {
  expect(withoutOwnNoise(`${ready}\n${ours}\n${theirs}\n${ours}\n`)).toBe(`${ready}\n${theirs}`)
  expect(withoutOwnNoise(`${ready}\n${theirs}\n`)).toBe(`${ready}\n${theirs}\n`)
})

test('the last errors of a log are named by their first lines', () => {
  const fatal = line('FATAL', 'password authentication failed for user "x"')
  expect(lastErrors(`${theirs}\n${ready}\n${fatal}\n${theirs}`, 2)).toEqual([fatal, line('ERROR', 'division by zero')])
  expect(lastErrors(ready, 2)).toEqual([])
})

test('the last errors are those that were first, not what they kept from running', () => {
  const aborted = line('ERROR', 'current transaction is aborted, commands ignored until end of transaction block')
  expect(lastErrors([theirs, aborted, aborted, aborted].join('\n'), 2)).toEqual([line('ERROR', 'division by zero')])
})
