import { describe, expect, test } from 'vitest'
import { Checksum, DoneChecksum, sha256 } from '../../../src/core/migration/checksum.ts'

function checksum(...pieces: (string | Buffer)[]): string {
  const sum = new Checksum()
  for (const piece of pieces) sum.add(Buffer.from(piece))
  return sum.hex()
}

test('sha256 is the digest in hex', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

describe('the checksum of a text', () => {
  test.each<[what: string, text: string, same: string]>([
    ['is that of its bytes', 'a\nb 😀', 'a\nb 😀'],
    ['takes \\r\\n for \\n', 'a\r\nb\r\n\r\nc', 'a\nb\n\nc'],
    ['leaves out blanks and line ends before it', '\r\n \t\na', 'a'],
    ['leaves out blanks and line ends after it', 'a \n\t\r\n', 'a'],
    ['leaves out a byte order mark', '\ufeffa', 'a'],
    ['of blanks is that of nothing', ' \r\n\n', ''],
    ['keeps a bare \\r', 'a\rb', 'a\rb'],
    ['keeps blanks inside', 'a  \r\n  b', 'a  \n  b'],
  ])('%s', (_, text, same) => {
    expect(checksum(text)).toBe(sha256(same))
  })

  test('does not depend on the pieces in which it comes, also where a character is cut in two', () => {
    const bytes = Buffer.from(' \r\n a\r\n\r\n\tb\u00a0é😀 \r c\u2003\r\n \r\n')
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) {
        const sum = checksum(bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j))
        expect(sum).toBe(sha256('a\n\n\tb\u00a0é😀 \r c'))
      }
    }
  })
})

test('the checksum of what is done grows by statement, and is that of all of them with a NUL between', () => {
  const sum = new DoneChecksum()
  sum.add('SELECT 1')
  expect(sum.hex()).toBe(sha256('SELECT 1'))
  sum.add('SELECT 2')
  sum.add('SELECT 3')
  expect(sum.hex()).toBe(sha256('SELECT 1\0SELECT 2\0SELECT 3'))
})
