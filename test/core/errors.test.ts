import { expect, test } from 'vitest'
import { type ErrorCode, NselfError } from '../../src/core/errors.ts'

test.each<[code: ErrorCode, status: number]>([
  ['usage', 2],
  ['configuration', 2],
  ['invalid-migration', 2],
  ['conflict', 2],
  ['disk-full', 2],
  ['refused', 3],
  ['not-confirmed', 3],
  ['migration-failed', 4],
  ['not-proven', 6],
  ['server-failed', 5],
  ['connection', 5],
  ['locked', 5],
  ['interrupted', 130],
  ['terminated', 143],
])('an error of the code %s exits with %i', (code, status) => {
  expect(new NselfError(code, 'a').exitStatus).toBe(status)
})

test('an error carries what a user needs, and its cause', () => {
  const cause = new Error('b')
  const location = { path: 'a.sql', line: 1, column: 2, excerpt: 'ab', caret: 2 }
  const server = { sqlstate: '42601' }
  const report = { kind: 'run', action: 'up', steps: [] } as const
  const error = new NselfError('migration-failed', 'a', { hint: 'c', location, server, report, cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'NselfError', message: 'a', hint: 'c', location, server, report })
  expect(error.cause).toBe(cause)
  expect('cause' in new NselfError('usage', 'a')).toBe(false)
})
