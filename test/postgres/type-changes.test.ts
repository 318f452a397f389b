import { expect, test } from 'vitest'
import { typeChange } from '../../src/core/effects/type-change.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

/** Types, and for each whether a column of it that becomes one of the others is written anew by the server. */
const groups = [
  ['smallint', 'integer', 'bigint', 'numeric', 'numeric(10,2)', 'numeric(12,2)', 'numeric(12,4)', 'real'],
  ['character(5)', 'character(8)', 'character varying(5)', 'character varying(9)', 'character varying', 'text'],
  ['timestamp(3) without time zone', 'timestamp without time zone', 'date', 'time without time zone'],
  ['interval(3)', 'interval'],
  ['bit varying(5)', 'bit varying(9)', 'bit varying'],
  ['cidr', 'inet'],
  ['json', 'jsonb'],
  ['integer', 'oid'],
]

test('a new type writes the table anew where the server does, and it is told so beforehand', async () => {
  const project = await server.project({})
  const pairs = groups.flatMap((types) => types.flatMap((from) => types.map((to) => [from, to] as const)))
  const client = await project.connect()
  const wrong: string[] = []
  for (const [from, to] of pairs) {
    await client.query(`CREATE TABLE t (c ${from}); CREATE TABLE before AS SELECT pg_relation_filenode('t') AS file`)
    const done = await client.query(`ALTER TABLE t ALTER c TYPE ${to}`).catch(() => null)
    const { rows } = await client.query("SELECT pg_relation_filenode('t') <> file AS anew FROM before")
    await client.query('DROP TABLE t, before')
    if (done !== null && rows[0].anew !== typeChange(from, to).rewrites) wrong.push(`${from} to ${to}: ${rows[0].anew}`)
  }
  expect(wrong).toEqual([])
})

const samples: Record<string, string[]> = {
  smallint: ['32767'],
  integer: ['2147483647'],
  bigint: ['9223372036854775807'],
  'numeric(10,2)': ['12345678.25'],
  'numeric(12,2)': ['1234567890.25'],
  'numeric(12,4)': ['12345678.1234', '99999999.9999'],
  real: ['0.1', '1e30'],
  'double precision': ['0.1', '1e300'],
  'character(5)': ["'ab   '", "'abcde'"],
  'character varying(9)': ["'abcdefghi'"],
  text: ["'ab  '", "'ab         '", "'abcdefghijk'"],
  'timestamp(3) without time zone': ["'2024-01-02 03:04:05.678'"],
  'timestamp without time zone': ["'2024-01-02 03:04:05.678901'"],
  date: ["'2024-01-02'"],
}

test('a new type that is told to keep all values keeps them, and one that is told not to fail does not', async () => {
  const project = await server.project({})
  const client = await project.connect()
  const wrong: string[] = []
  for (const [from, values] of Object.entries(samples)) {
    for (const to of Object.keys(samples)) {
      const { loses, fails } = typeChange(from, to)
      for (const value of values) {
        await client.query(`CREATE TABLE t (c ${from}, was ${from}); INSERT INTO t VALUES (${value}, ${value})`)
        const error = await client.query(`ALTER TABLE t ALTER c TYPE ${to}`).then(
          () => null,
          (cause) => cause.code,
        )
        // 42804: there is no such cast without USING.
        if (error === null && loses === null) {
          const { rows } = await client.query(`SELECT c::${from} = was AS kept FROM t`)
          if (!rows[0].kept) wrong.push(`${value} of ${from} to ${to} is lost`)
        }
        if (error !== null && error !== '42804' && fails === null) wrong.push(`${value} of ${from} to ${to} fails`)
        await client.query('DROP TABLE t')
      }
    }
  }
  expect(wrong).toEqual([])
})
