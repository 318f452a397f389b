import { typeChange } from '../../core/effects/type-change.ts'
import { conflictsOf, type LockMode, lockModes, type Touch } from '../../core/probe/question.ts'
import type { TableWork, TouchedTable } from '../../core/probe/server-look.ts'
import type { TableFacts } from '../../core/probe/table-sql.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { sessionColumns } from '../lock/advisory-lock.ts'
import type { AnswerRow, Asker } from './asker.ts'
import { sessionName } from './server-activity.ts'
import type { TablesOfServer } from './table-facts.ts'

interface Worked {
  readonly facts: TableFacts
  readonly touches: Touch[]
}

/** The tables that are there and that the run works on, by migration: their sizes, what is read or written as a whole, and who holds them. */
export async function touchedTables(
  asker: Asker,
  tables: TablesOfServer,
  touches: readonly Touch[],
): Promise<TouchedTable[]> {
  const found = new Map<string, Worked>()
  for (const touch of touches) {
    const facts = await tables.find(touch.table, touch.searchPath)
    if (facts === null || typeof facts === 'string') continue
    const key = `${touch.place.migration} ${facts.oid}`
    const worked = found.get(key) ?? { facts, touches: [] }
    worked.touches.push(touch)
    found.set(key, worked)
  }
  const held = await holders(asker, [...found.values()])
  const touched: TouchedTable[] = []
  for (const worked of found.values()) touched.push(await measured(asker, worked, held))
  return touched
}

async function measured(asker: Asker, { facts, touches }: Worked, held: readonly AnswerRow[]): Promise<TouchedTable> {
  const [first] = touches
  const mode = strongest(touches.map((touch) => touch.mode))
  const against: readonly string[] = conflictsOf(mode)
  return {
    place: first?.place ?? { migration: '', path: '', line: 1, column: 1 },
    facts,
    ...(await sizeOf(asker, facts)),
    works: touches.flatMap((touch) => workOf(touch, facts)),
    mode,
    holders: held
      .filter(({ relation, mode: heldMode }) => relation === facts.oid && against.includes(heldMode ?? ''))
      .map((row) => `${sessionName(row)}: ${row.mode}`),
  }
}

function strongest(modes: readonly LockMode[]): LockMode {
  return lockModes.findLast((mode) => modes.includes(mode)) ?? 'AccessShareLock'
}

/** A change of type writes the table anew, reads it, or neither, by the type that the column has now. */
function workOf({ place, work, retype }: Touch, { columns }: TableFacts): TableWork[] {
  const before = retype === null ? undefined : columns.find(({ name }) => name === retype.column)?.type
  if (retype !== null && before !== undefined) {
    const { rewrites, fails } = typeChange(before, retype.type)
    return rewrites
      ? [{ line: place.line, work: 'rewrites' }]
      : fails === null
        ? []
        : [{ line: place.line, work: 'scans' }]
  }
  return work === 'none' ? [] : [{ line: place.line, work }]
}

const pageSize = "current_setting('block_size')::bigint"
const sizeSql = (
  oid: string,
) => `WITH parts AS (SELECT relid::oid AS oid FROM pg_partition_tree(${oid}) UNION SELECT ${oid}::oid),
 whole AS (SELECT oid, false AS is_index FROM parts
  UNION ALL SELECT reltoastrelid, false FROM parts JOIN pg_class USING (oid) WHERE reltoastrelid <> 0
  UNION ALL SELECT indexrelid, true FROM parts JOIN pg_index ON indrelid = oid)
 SELECT COALESCE(sum(size) FILTER (WHERE NOT is_index), 0)::text AS bytes, COALESCE(sum(size) FILTER (WHERE is_index), 0)::text AS indexes
 FROM (SELECT is_index, greatest(relpages * ${pageSize}, COALESCE(pg_relation_size(c.oid), 0)) AS size FROM whole JOIN pg_class c USING (oid)) AS s`

async function sizeOf(
  asker: Asker,
  { oid, pages }: TableFacts,
): Promise<Pick<TouchedTable, 'bytes' | 'indexBytes' | 'unmeasured'>> {
  const reply = await asker.ask(sizeSql(oid))
  // A size on disk waits for whoever holds the table; of its own pages the statistics know.
  if (!('rows' in reply)) return { bytes: pages * 8192, indexBytes: null, unmeasured: reply.why }
  const [row] = reply.rows
  return { bytes: Number(row?.bytes ?? 0), indexBytes: Number(row?.indexes ?? 0), unmeasured: null }
}

async function holders(asker: Asker, worked: readonly Worked[]): Promise<readonly AnswerRow[]> {
  if (worked.length === 0) return []
  const oids = [...new Set(worked.map(({ facts }) => quoteLiteral(facts.oid)))]
  const reply = await asker.ask(`SELECT DISTINCT l.relation::text AS relation, l.mode, ${sessionColumns} FROM pg_locks l
 LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'relation' AND l.granted AND l.relation IN (${oids.join(', ')})
 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid IS DISTINCT FROM pg_backend_pid() ORDER BY 1, 3`)
  return 'rows' in reply ? reply.rows : []
}
