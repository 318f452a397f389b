import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { readAllRowsSql } from '../catalog/hidden-rows.ts'
import { isMine, notOfExtension } from '../catalog/query-parts.ts'
import { plainTextSql } from '../catalog/read.ts'
import { readMade } from '../diff/scratch-copy.ts'
import type { Client } from '../driver/pg.ts'
import { type DatabaseLook, type DifferentRows, differentRows, lookAt, prepareLooks } from '../proof/look.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { ScratchServer } from '../scratch/scratch.ts'
import { sequenceMarks } from './static-rows.ts'

/** How what a squashed file makes differs from what the files make that it stands for. */
export interface SquashDifferences {
  /** Those files are left, it is right. */
  readonly schema: readonly Difference[]
  /** Tables whose rows differ. */
  readonly rows: readonly DifferentRows[]
  /** Tables whose columns are in another order. */
  readonly reordered: readonly string[]
  /** Sequences that stand elsewhere. */
  readonly sequences: readonly string[]
  /** What is no part of a schema and differs: rows that an extension keeps, large objects, rows of materialized views. */
  readonly outside: readonly string[]
  /** One text that tells schemas apart differs, though nothing else does. */
  readonly fingerprint: boolean
}

/** Compares two scratch databases in all that migrations can make of them. @throws what the server says. */
export async function compareMade(want: ScratchServer, made: ScratchServer): Promise<SquashDifferences> {
  const [left, right] = [await seen(want), await seen(made)]
  const schema = differencesOf(withoutNotNullNames(left.catalog), withoutNotNullNames(right.catalog))
  return {
    schema,
    rows: differentRows(left.look, right.look),
    reordered: schema.length === 0 ? different(columnsOf(left.catalog), columnsOf(right.catalog)) : [],
    sequences: different(left.marks, right.marks),
    outside: different(left.outside, right.outside),
    fingerprint: schema.length === 0 && left.look.schema !== right.look.schema,
  }
}

/** Of a child table nobody can say in which order it takes what its parent got later; pg_dump does not either. */
const columnsOf = ({ tables }: Catalog) =>
  new Map(
    tables
      .filter(({ inherits }) => inherits.length === 0)
      .map((table) => [keyOf(table), table.columns.map(({ name }) => JSON.stringify(name)).join()]),
  )

/** Names that have another value in the one than in the other. */
function different(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string[] {
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name)).sort()
}

async function seen(server: ScratchServer) {
  return withScratchConnection(server, async (client) => {
    const catalog = await readMade(client)
    await prepareLooks(client)
    const look: DatabaseLook = await lookAt(client)
    await client.query(`BEGIN; ${plainTextSql}; ${readAllRowsSql}`)
    const marks = new Map(
      (await sequenceMarks(client)).map(({ name, value, isCalled }) => [name, `${value} ${isCalled}`]),
    )
    const outside = await outsideOf(client)
    await client.query('ROLLBACK')
    return { catalog, look, marks, outside }
  })
}

const keptSql = `SELECT c.oid::regclass::text AS name, CASE c.relkind WHEN 'm' THEN 'rows of the materialized view ' ELSE 'rows that an extension keeps in ' END AS what
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE (c.relkind = 'r' AND NOT (${notOfExtension('pg_class', 'c.oid')}) AND pg_relation_size(c.oid) > 0)
 OR (c.relkind = 'm' AND relispopulated AND ${isMine('n')}) ORDER BY c.oid`

async function outsideOf(client: Client): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const { rows } = await client.query<{ name: string; what: string }>(keptSql)
  for (const { name, what } of rows) {
    const sql = `SELECT count(*) || ' ' || COALESCE(sum(hashtextextended(to_jsonb(one)::text, 0)), 0) AS sum FROM ONLY ${name} AS one HAVING count(*) > 0`
    const [sum] = (await client.query<{ sum: string }>(sql)).rows
    if (sum !== undefined) found.set(`${what}${name}`, sum.sum)
  }
  const objects = await client.query<{ count: string }>('SELECT count(*)::text AS count FROM pg_largeobject_metadata')
  const count = objects.rows[0]?.count ?? '0'
  if (count !== '0') found.set('large objects', count)
  return found
}
