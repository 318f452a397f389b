import type { Change } from './generated-statement.ts'
import { joined } from './joined-alterations.ts'

/** Statements of this form on different tables may change places. */
const isLocal = (sql: string): boolean =>
  (/^CREATE (?:UNLOGGED )?TABLE /.test(sql) && !/ PARTITION OF | INHERITS /.test(sql)) ||
  /^ALTER TABLE .* (?:ADD COLUMN|ALTER COLUMN|DROP COLUMN|ADD CONSTRAINT|DROP CONSTRAINT) /s.test(sql) ||
  /^(?:CREATE (?:UNIQUE )?INDEX|COMMENT ON (?:TABLE|COLUMN|CONSTRAINT)) /.test(sql)

const addsReference = (sql: string) => /^ALTER TABLE .* ADD CONSTRAINT .* FOREIGN KEY /s.test(sql)

const quoted = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const called = new RegExp(`^(?:ALTER TABLE .* ADD|COMMENT ON) CONSTRAINT (${quoted}) `, 's')

/** Those that add references, and those that say something of these. */
function referencesIn(changes: readonly Change[]): Set<Change> {
  const keyOf = ({ sql, table }: Change) => JSON.stringify([table, called.exec(sql)?.[1]])
  const added = new Set(changes.filter(({ sql }) => addsReference(sql)).map(keyOf))
  return new Set(changes.filter((change) => called.test(change.sql) && added.has(keyOf(change))))
}

/**
 * The same statements for a reader: new enum values first, which must be committed before they are used; what belongs to
 * one table together and in as few statements as will do, where that is safe; references last, for they join tables.
 * @param tables the keys of tables in the order in which they are to stand; others come as they come first.
 */
export function forReading(changes: readonly Change[], tables: readonly string[] = []): Change[] {
  const rank = new Map(tables.map((key, at) => [key, at]))
  return joined(inOrder(changes, rank))
}

type Rank = ReadonlyMap<string | null, number>

/** Nothing passes what keeps its place. */
function inOrder(changes: readonly Change[], rank: Rank): Change[] {
  const at = changes.findIndex(({ keepsPlace }) => keepsPlace)
  if (at === -1) return ordered(changes, rank)
  return [...ordered(changes.slice(0, at), rank), ...changes.slice(at, at + 1), ...inOrder(changes.slice(at + 1), rank)]
}

function ordered(changes: readonly Change[], rank: Rank): Change[] {
  const values = changes.filter((change) => change.commitsFirst)
  const later = changes.filter((change) => !change.commitsFirst)
  const ofReferences = referencesIn(later)
  const references = later.filter((change) => ofReferences.has(change))
  const rest = later.filter((change) => !ofReferences.has(change))
  const done: Change[] = []
  let segment: Change[] = []
  const close = () => {
    for (const first of [true, false]) done.push(...byTable(segment, rank).filter(({ freesKey }) => freesKey === first))
    segment = []
  }
  for (const change of rest) {
    if (change.table !== null && isLocal(change.sql)) segment.push(change)
    else {
      close()
      done.push(change)
    }
  }
  close()
  return [...values, ...done, ...byTable(references, rank)]
}

/** Those on one table together. */
function byTable(changes: readonly Change[], rank: Rank): Change[] {
  const groups = new Map<string | null, Change[]>()
  for (const change of changes) {
    const group = groups.get(change.table)
    if (group === undefined) groups.set(change.table, [change])
    else group.push(change)
  }
  const place = (table: string | null) => rank.get(table) ?? rank.size
  return [...groups].toSorted(([a], [b]) => place(a) - place(b)).flatMap(([, group]) => group)
}
