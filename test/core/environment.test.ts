import { describe, expect, test } from 'vitest'
import { parseEnvironment } from '../../src/core/environment.ts'
import { errorOf } from '../helpers/history.ts'

describe('the environment', () => {
  test.each([
    ['dev', 'local'],
    ['development', 'local'],
    ['local', 'local'],
    ['stage', 'staging'],
    ['staging', 'staging'],
    ['prod', 'production'],
    ['production', 'production'],
    ['Staging', 'staging'],
    [' PRODUCTION\n', 'production'],
  ])('%j is %s', (text, environment) => expect(parseEnvironment(text)).toBe(environment))

  test.each(['', ' ', 'porduction', 'prod1', 'local dev', 'test', 'constructor', '__proto__'])(
    '%j is an error',
    (text) => {
      expect(errorOf(() => parseEnvironment(text))).toMatchObject({
        code: 'configuration',
        message: `unknown environment "${text}"`,
        hint: expect.stringMatching(/local.*staging.*production/),
      })
    },
  )
})
