import { describe, expect, test } from 'vitest'
import { errorOf, isDiskFull, messageOf, systemCodeOf } from '../../src/core/system-error.ts'

describe('what was thrown may be anything:', () => {
  test.each([
    [Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'ENOENT', 'no such file'],
    [Object.assign(new Error('x'), { code: 7 }), undefined, 'x'],
    [new Error('plain'), undefined, 'plain'],
    ['a text', undefined, 'a text'],
    [null, undefined, 'null'],
    [undefined, undefined, 'undefined'],
  ])('%j', (thrown, code, message) => {
    expect(systemCodeOf(thrown)).toBe(code)
    expect(messageOf(thrown)).toBe(message)
    expect(errorOf(thrown)).toBeInstanceOf(Error)
  })
})

test('both a full disk and a full quota are a full disk', () => {
  expect(['ENOSPC', 'EDQUOT', 'EACCES', undefined].map(isDiskFull)).toEqual([true, true, false, false])
})
