import type { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { differencesOf } from '../../src/core/schema/differences.ts'
import { readCatalog } from '../../src/postgres/catalog/read.ts'
import { catalogColumns } from '../helpers/catalog-columns.ts'
import { changesByHand, changesTogether, everyKind } from '../helpers/changes-by-hand.ts'
import { postgres14 } from '../helpers/postgres-14.ts'
import { useServer } from '../helpers/project.ts'

const words = (text = '') => text.split(/\s+/).filter((word) => word !== '')

/** Reads inside the transaction that is under way, and leaves it as it was. */
function within(client: Client) {
  let last: Promise<unknown> = Promise.resolve()
  const query = (sql: string) => {
    const inside = sql.replace(/^BEGIN[^;]*;/, 'SAVEPOINT look;').replace(/^COMMIT$/, 'ROLLBACK TO look')
    const result = last.then(() => client.query(inside))
    last = result
    return result
  }
  return readCatalog(Object.assign(Object.create(client), { query }), true)
}

const each = changesByHand.map((change) => [change])

describe.each([
  ['the newest server', useServer(), [...changesTogether, ...each]],
  ['PostgreSQL 14', useServer(postgres14), changesTogether],
] as const)('the catalog of %s', (_, server, rounds) => {
  test('has no column of which nobody has decided whether it is compared', async () => {
    const project = await server.project({})
    const rows =
      await project.query(`SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped`)
    const undecided = rows.filter(([table, column]) => {
      const { because: _, ...treatment } = catalogColumns[String(table)] ?? {}
      return Object.values(treatment).filter((list) => words(list).includes(String(column))).length !== 1
    })
    expect(undecided.map((names) => names.join('.'))).toEqual([])
  })

  test('is another after each change that somebody makes by hand, and the same without one', async () => {
    const project = await server.project({})
    const client = await project.connect()
    await client.query(everyKind)
    await client.query('BEGIN')
    const before = await within(client)
    expect(differencesOf(before, await within(client))).toEqual([])
    const unseen: string[] = []
    for (const changes of rounds) {
      await client.query('SAVEPOINT before')
      for (const change of changes) await client.query(change)
      const found = differencesOf(before, await within(client))
      if (found.length < changes.length) unseen.push(changes.join('; '))
      await client.query('ROLLBACK TO before')
    }
    expect(unseen).toEqual([])
  })
})
