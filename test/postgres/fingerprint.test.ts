import type { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { fingerprintSql } from '../../src/postgres/catalog/fingerprint.ts'
import { plainTextSql } from '../../src/postgres/catalog/read.ts'
import { changesByHand, changesTogether, everyKind } from '../helpers/changes-by-hand.ts'
import { pairs, users } from '../helpers/pairs.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { useServer } from '../helpers/project.ts'

/** The fingerprint that a schema made by that SQL has, which is then gone again. */
async function of(client: Pick<Client, 'query'>, ...sql: readonly string[]): Promise<string> {
  await client.query('BEGIN')
  for (const text of sql) await client.query(text)
  await client.query(plainTextSql)
  const { rows } = await client.query<{ fingerprint: string }>(fingerprintSql)
  await client.query('ROLLBACK')
  return rows[0]?.fingerprint ?? ''
}

const more = [
  {
    what: 'the index of a replica identity',
    both: `${users}; CREATE UNIQUE INDEX i ON users (id); CREATE UNIQUE INDEX j ON users (id)`,
    one: 'ALTER TABLE users REPLICA IDENTITY USING INDEX i',
    other: 'ALTER TABLE users REPLICA IDENTITY USING INDEX j',
  },
  {
    what: 'the owner of a sequence',
    both: 'CREATE TABLE t (a int, b int); CREATE SEQUENCE s',
    one: 'ALTER SEQUENCE s OWNED BY t.a',
    other: 'ALTER SEQUENCE s OWNED BY t.b',
  },
  {
    what: 'another bound of a partition',
    both: 'CREATE TABLE p (id int) PARTITION BY LIST (id)',
    one: 'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)',
    other: 'CREATE TABLE p1 PARTITION OF p FOR VALUES IN (2)',
  },
  {
    what: 'another parent',
    both: `${users}; CREATE TABLE others (LIKE users)`,
    one: 'CREATE TABLE t () INHERITS (users)',
    other: 'CREATE TABLE t (LIKE users); ALTER TABLE t INHERIT others',
  },
  {
    what: 'a typed table',
    both: 'CREATE TYPE pair AS (a int, b text)',
    one: 'CREATE TABLE t OF pair',
    other: 'CREATE TABLE t (a int, b text)',
  },
  {
    what: 'the comment on a constraint',
    both: `${users}; ALTER TABLE users ADD CONSTRAINT c CHECK (id > 0)`,
    one: "COMMENT ON CONSTRAINT c ON users IS 'so'",
    other: '',
  },
  {
    what: 'a column of a type of its own',
    both: "CREATE TYPE mood AS ENUM ('a'); CREATE TYPE state AS ENUM ('a')",
    one: 'CREATE TABLE t (m mood)',
    other: 'CREATE TABLE t (m state)',
  },
]

const newest = useServer()

test('a fingerprint is another after each change by hand that is no right', async () => {
  const project = await newest.project({})
  const client = await project.connect()
  await client.query(everyKind)
  const fingerprint = async () => {
    await client.query('SAVEPOINT look')
    await client.query(plainTextSql)
    const { rows } = await client.query<{ fingerprint: string }>(fingerprintSql)
    await client.query('ROLLBACK TO look')
    return rows[0]?.fingerprint
  }
  await client.query('BEGIN')
  const before = await fingerprint()
  expect(await fingerprint()).toBe(before)
  const unseen: string[] = []
  const [comments = []] = changesTogether
  for (const change of [...changesByHand, ...comments]) {
    await client.query('SAVEPOINT before')
    await client.query(change)
    if ((await fingerprint()) === before) unseen.push(change)
    await client.query('ROLLBACK TO before')
  }
  expect(unseen).toEqual([])
})

describe.each([
  ['the newest server', newest],
  ['PostgreSQL 14', useServer(postgres14)],
] as const)('a fingerprint on %s', (_, server) => {
  test('is the same wherever the same was run, and another where anything differs', async () => {
    const project = await server.project({})
    const client = await project.connect()
    for (const { what, both = '', one, other } of [...pairs, ...more]) {
      const first = await of(client, both, one)
      expect(await of(client, both, other), what).not.toBe(first)
      expect(await of(client, both, one), what).toBe(first)
    }
  })

  test('does not count what the tool keeps for itself', async () => {
    const project = await server.project({ '001_nothing.sql': 'SELECT 1;' })
    const client = await project.connect()
    const empty = await of(client)
    await project.up()
    expect(await of(client)).toBe(empty)
  })
})
