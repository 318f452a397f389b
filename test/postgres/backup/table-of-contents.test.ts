import { expect, test } from 'vitest'
import { contentsOf, extensionsIn, ownersIn, without } from '../../../src/postgres/backup/table-of-contents.ts'
import type { UserObject } from '../../../src/postgres/databases/user-objects.ts'

const list = `;
; Archive created at 2026-01-22 14:30:00 UTC
;     Dumped from database version: 15.18
;
; Selected TOC Entries:
;
6; 2615 16386 SCHEMA - Audit log dba
2; 3079 16387 EXTENSION - pg_stat_statements 
3400; 0 0 COMMENT - EXTENSION pg_stat_statements 
3; 3079 16390 EXTENSION - hstore 
3500; 0 0 ACL - FOREIGN SERVER remote dba
210; 1259 16400 TABLE Audit log entries dba
3401; 0 16400 TABLE DATA Audit log entries dba
211; 1259 16410 TABLE public entries app
220; 1255 16420 FUNCTION public ev() dba
3402; 0 0 ACL public FUNCTION ev() dba
221; 1255 16421 FUNCTION public ev(integer) app
2999; 3466 16430 EVENT TRIGGER - et dba
`
const contents = contentsOf(list)

const object = (kind: string, name: string, more: Partial<UserObject> = {}): UserObject => ({
  kind,
  name,
  schema: null,
  owner: 'dba',
  isOurs: false,
  isShell: false,
  drop: '',
  ...more,
})

const leaves = (...left: UserObject[]) => {
  const rest = without(contents, left)
  return contents.filter((entry) => !rest.includes(entry)).map((entry) => entry.replace(/;.*/, ''))
}

test('a table of contents has the entries without the comments', () => {
  expect(contents).toHaveLength(12)
  expect(extensionsIn(contents)).toEqual(['pg_stat_statements', 'hstore'])
  expect(ownersIn(contents)).toEqual(expect.arrayContaining(['dba', 'app']))
})

test.each([
  ['an extension with its comment', object('EXTENSION', 'pg_stat_statements'), ['2', '3400']],
  ['a schema with all that is in it', object('SCHEMA', '"Audit log"'), ['6', '210', '3401']],
  ['a schema that is kept as a shell alone', object('SCHEMA', '"Audit log"', { isShell: true }), ['6']],
  ['one function of a name with its rights', object('FUNCTION', 'ev()', { schema: 'public' }), ['220', '3402']],
  ['an event trigger', object('EVENT TRIGGER', 'et'), ['2999']],
  ['nothing of what it does not hold', object('PUBLICATION', 'told'), []],
])('what is left out of it is %s', (_, left, ids) => {
  expect(leaves(left)).toEqual(ids)
})
