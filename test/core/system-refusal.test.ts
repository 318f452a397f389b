import { expect, test } from 'vitest'
import { systemReason, systemRefusal } from '../../src/core/system-refusal.ts'

const failed = (code: string, syscall?: string, path?: string) =>
  Object.assign(new Error(code), { code, syscall, path })

test.each([
  [failed('EROFS', 'open', 'a/002_b.sql'), 'a/002_b.sql cannot be opened: the file system is read-only (EROFS)'],
  [failed('EACCES', 'mkdir', '_backups'), '_backups cannot be made: permission denied (EACCES)'],
  [failed('EACCES', 'spawn /x/pg_dump', '/x/pg_dump'), '/x/pg_dump cannot be started: permission denied (EACCES)'],
  [failed('EIO', 'read'), 'a file cannot be read: the disk reports an error (EIO)'],
  [failed('ENOSPC', 'write', 'a.sql'), 'a.sql cannot be written: the disk is full (ENOSPC)'],
  [failed('ENOENT', 'uv_cwd'), 'the folder in which this command was started is gone'],
])('what the system refuses is told as it is and leads on: %#', (cause, message) => {
  const refusal = systemRefusal(cause)
  expect(refusal).toMatchObject({ message, exitStatus: 2, cause })
  expect(refusal?.hint).toBeTruthy()
})

test.each([
  [failed('EACCES')],
  [failed('ENOENT', 'open', 'x')],
  [failed('42501')],
  [new Error('no')],
  ['text'],
  [null],
])('what no system call refused stays what it is: %#', (cause) => {
  expect(systemRefusal(cause)).toBe(null)
})

test.each([
  [failed('ENOENT', 'open', 'x'), 'there is no such file or folder (ENOENT)'],
  [failed('EACCES', 'open', 'x'), 'permission denied (EACCES)'],
  [Object.assign(new Error(), { code: 'it is a pipe' }), 'it is a pipe'],
  [Object.assign(new Error('EXDEV: cross-device link'), { code: 'EXDEV' }), 'EXDEV: cross-device link'],
  [new Error('no such thing'), 'no such thing'],
])('why it was refused is said in words: %o', (error, expected) => {
  expect(systemReason(error)).toBe(expected)
})
