import { expect, test } from 'vitest'
import { parsePassfile, passwordIn } from '../../../src/core/connection/passfile.ts'

const lines = parsePassfile(
  [
    '# h:1:d:u:comment',
    'h:5432:d:u:exact',
    'h:5432:d\\:b:u:escaped',
    'h:6000:*:u:with\\:colon\\\\',
    'localhost:*:*:u:socket',
    'too:few:fields',
    '*:*:other:*:any:rest',
    '*:*:*:*:last',
  ].join('\r\n'),
)
const of = (host: string, port: number, database: string, user = 'u') =>
  passwordIn(lines, { host, port, database, user })

test.each([
  ['host, port and database as they are', of('h', 5432, 'd'), 'exact'],
  ['a name with an escaped colon', of('h', 5432, 'd:b'), 'escaped'],
  ['a password with escaped characters', of('h', 6000, 'x'), 'with:colon\\'],
  ['localhost for the usual folder of a socket', of('/var/run/postgresql', 1, 'x'), 'socket'],
  ['a password up to the next colon', of('any', 1, 'other', 'you'), 'any'],
  ['the first that fits', of('h', 5432, 'd', 'you'), 'last'],
])('the password is taken from the line of .pgpass that fits: %s', (_, found, password) => expect(found).toBe(password))

test('no password is found where no line of .pgpass fits', () => {
  expect(passwordIn(parsePassfile('h:1:d:u:p\n'), { host: 'h', port: 2, database: 'd', user: 'u' })).toBeNull()
})
