import { type LintRule, lintRuleNames } from '../../lint-rules.ts'
import { listAt, nodeAt, nodesIn, type RelationName, relationsIn } from '../../sql/tree.ts'
import { nameIn } from '../known/learn.ts'
import { type FindingWords, say } from './finding-words.ts'
import { columnName, type Hit, hit, isUsed, type LintLook, tableName, tableSql, targetOf } from './look.ts'
import { requiredColumn } from './required-column.ts'

/** What squawk finds in a step. */
export interface SquawkFinding {
  /** As squawk calls it: `ban-drop-column`. */
  readonly rule: string
  /** Where in the step, in UTF-16 units. */
  readonly offset: number
}

/** What a finding of squawk is told as; null where we know that it is none. */
type Teller = (look: LintLook, offset: number, nth: number) => FindingWords | null

/** Hits of what squawk finds in a step, without what is none in its surroundings, and without what our own rules find. */
export function squawkHits(look: LintLook, findings: readonly SquawkFinding[]): Hit[] {
  const counts = new Map<string, number>()
  return findings.flatMap(({ rule, offset }) => {
    const nth = counts.get(rule) ?? 0
    counts.set(rule, nth + 1)
    const known = rulesOfSquawk.find((name) => name === `lint/${rule}`)
    const told = known && tellers[known]?.(look, offset, nth)
    return known === undefined || !told ? [] : [hit(known, look.step, told.message, told.instead, offset)]
  })
}

/** For what holds wherever it stands, but for temporary tables. */
const always =
  (message: string, instead: string): Teller =>
  ({ step }) =>
    nodeAt(step.node.relation).relpersistence === 't' ? null : say(message, instead)
/** For a table that is in use. */
const onUsed =
  (tell: (table: string, look: LintLook) => FindingWords | null): Teller =>
  (look) =>
    isUsed(look, targetOf(look)) ? tell(tableName(targetOf(look)), look) : null

/** ONLY makes the key of a partitioned table an entry in the catalog, which those of the partitions are attached to. */
function keyWords(look: LintLook, message: string, instead: string): FindingWords | null {
  if (!isPartitioned(look)) return say(message, instead)
  if (isOnly(look)) return null
  const table = tableSql(targetOf(look))
  return say(message, `ALTER TABLE ONLY ${table}, ${instead} on each partition, then ALTER INDEX … ATTACH PARTITION`)
}

const isPartitioned = (look: LintLook) => look.schema.find(targetOf(look))?.isPartitioned === true
const isOnly = ({ step }: LintLook) => nodeAt(step.node.relation).inh !== true

const laterRelease = 'first ship a release that does not use it, then drop it in a later migration'

/** By the names of squawk, which are those of our rules. */
const tellers: Partial<Record<LintRule, Teller>> = {
  'lint/adding-required-field': requiredColumn,
  'lint/disallowed-unique-constraint': onUsed((table, look) =>
    keyWords(
      look,
      `the index of this constraint is built while nobody can read or write ${table}`,
      'CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, then ADD CONSTRAINT … UNIQUE USING INDEX',
    ),
  ),
  'lint/adding-serial-primary-key-field': onUsed((table, look) =>
    keyWords(
      look,
      `the index of this primary key is built while nobody can read or write ${table}`,
      'CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, then ADD PRIMARY KEY USING INDEX',
    ),
  ),
  'lint/require-concurrent-index-creation': onUsed((table, look) => {
    const byParts = isPartitioned(look)
    if (byParts && isOnly(look)) return null
    const create = look.step.node.unique === true ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX'
    return say(
      `nobody can write to ${table} while this index is built`,
      byParts
        ? `${create} ON ONLY ${tableSql(targetOf(look))}, ${create} CONCURRENTLY on each partition, then ALTER INDEX … ATTACH PARTITION`
        : `${create} CONCURRENTLY, in a migration of its own`,
    )
  }),
  'lint/require-concurrent-index-deletion': (look) => {
    const { schema } = look
    const tables = listAt(look.step.node.objects)
      .map(nameIn)
      .filter((name) => schema.tableOfIndex(name) !== null || !schema.isFormerIndex(name))
      .map((name) => schema.tableOfIndex(name))
    // That of a partitioned table cannot go CONCURRENTLY.
    const used = tables.filter((table) => table === null || (isUsed(look, table) && !table.isPartitioned))
    const [table] = used
    if (table === undefined) return null
    const place = table === null ? 'its table' : tableName(table)
    return say(
      `DROP INDEX waits for all that use ${place}, and whoever comes after waits behind it`,
      'DROP INDEX CONCURRENTLY, in a migration of its own',
    )
  },
  'lint/require-concurrent-reindex': onUsed((table) =>
    say(`nobody can write to ${table} while it is reindexed, or read by that index`, 'REINDEX … CONCURRENTLY'),
  ),
  'lint/require-concurrent-partition-detach': onUsed((table) =>
    say(
      `DETACH PARTITION waits for all that use ${table}, and whoever comes after waits behind it`,
      'DETACH PARTITION … CONCURRENTLY, in a migration of its own',
    ),
  ),
  'lint/ban-alter-domain-with-add-constraint': (look) => {
    const name = nameIn(look.step.node.typeName)
    const origin = look.schema.object('OBJECT_DOMAIN', name)?.origin
    const isQuick = nodeAt(nodeAt(look.step.node.def).Constraint).skip_validation === true
    if (isQuick || (origin !== undefined && look.isNew(origin))) return null
    return say(
      `every table with a column of the domain ${tableName(name)} is scanned, and locked meanwhile`,
      'add it with NOT VALID, and VALIDATE CONSTRAINT in the next migration',
    )
  },
  'lint/ban-duplicate-column-assignments': always('a column is set twice, which PostgreSQL refuses', 'set it once'),
  'lint/ban-drop-database': always('a migration must not drop a database, and cannot', 'drop it by hand'),
  'lint/ban-drop-column': (look, _, nth) => {
    const column = columnsOf(look, 'AT_DropColumn')[nth] ?? ''
    if (!isColumnUsed(look, column)) return null
    return say(`the running release may use ${columnName(targetOf(look), column)}`, laterRelease)
  },
  'lint/ban-drop-table': (look) => {
    const used = listAt(look.step.node.objects)
      .map(nameIn)
      .filter((name) => isInUse(look, name))
    if (used.length === 0) return null
    return say(`the running release may use ${used.map(tableName).join(', ')}`, laterRelease)
  },
  'lint/ban-drop-not-null': (look, _, nth) => {
    const column = columnsOf(look, 'AT_DropNotNull')[nth] ?? ''
    if (!isColumnUsed(look, column)) return null
    const message = `the running release may not know what to do with a NULL in ${columnName(targetOf(look), column)}`
    return say(message, 'first bring out a release that can read NULL there')
  },
  'lint/ban-truncate-cascade': (look) => {
    const used = relationsIn(look.step.node.relations).filter((name) => isUsed(look, name))
    if (used.length === 0) return null
    const message = `CASCADE empties every table that refers to ${used.map(tableName).join(', ')}, and those that refer to them`
    return say(message, 'name the tables')
  },
  'lint/renaming-column': (look) => {
    const { subname, newname } = look.step.node
    if (!isColumnUsed(look, String(subname))) return null
    return say(
      `the running release uses ${columnName(targetOf(look), String(subname))}, which is called ${newname} from then on`,
      `add ${newname} beside it, fill it, and drop ${subname} when no release uses it`,
    )
  },
  'lint/renaming-table': onUsed((table, { step, created }) =>
    created.has(String(nodeAt(step.node.relation).relname))
      ? null
      : say(
          `the running release uses ${table}, which is called ${step.node.newname} from then on`,
          'leave a view of the old name behind, and drop it when no release uses it',
        ),
  ),
  'lint/prefer-identity': always(
    'the sequence of a serial column has rights and an owner of its own, and is easily left behind',
    'GENERATED BY DEFAULT AS IDENTITY',
  ),
  'lint/prefer-timestamp-tz': always(
    'timestamp keeps no time zone: what is written in one zone is read in another as another time',
    'timestamptz, unless it is local time that is meant',
  ),
  'lint/ban-char-field': always(
    'char(n) pads values with blanks, which count in some comparisons and not in others',
    'text, with a CHECK where the length matters',
  ),
  'lint/identifier-too-long': ({ step }, offset) =>
    isDropped(step.sql.slice(0, offset)) ? null : say('PostgreSQL cuts a name after 63 bytes', 'choose a shorter name'),
  'lint/ban-create-domain-with-constraint': always(
    'to change the constraint of a domain later, every table that uses it is scanned under a lock',
    'a CHECK on each column, or a domain without one',
  ),
  'lint/prefer-text-field': always('a longer value will need a change of type', 'text, with a CHECK (length(…) <= n)'),
  'lint/prefer-bigint-over-smallint': always('smallint ends at 32,767', 'bigint, or integer'),
  'lint/require-enum-value-ordering': always(
    'without BEFORE or AFTER the new value comes last, and sorts as the greatest',
    "ADD VALUE '…' AFTER '…'",
  ),
  'lint/require-table-schema': always(
    'without its schema, which table is meant depends on the search_path',
    'name the schema: public.orders',
  ),
}

/** The rules that squawk finds. */
const rulesOfSquawk: readonly LintRule[] = lintRuleNames.filter((name) => tellers[name] !== undefined)

/** The columns that the commands of that kind of an ALTER TABLE name, in their order. */
function columnsOf({ step }: LintLook, subtype: string): string[] {
  return nodesIn(step.node.cmds, 'AlterTableCmd')
    .filter((command) => command.subtype === subtype)
    .map(({ name }) => String(name))
}

/** A column that the same run has added is used by nobody. */
function isColumnUsed(look: LintLook, column: string): boolean {
  const table = targetOf(look)
  const origin = look.schema.find(table)?.columns.get(column)?.origin
  return isUsed(look, table) && !(origin !== undefined && look.isNew(origin))
}

/** That it is dropped here does not make it unused. */
function isInUse(look: LintLook, name: RelationName): boolean {
  const namedBy = look.schema.find(name)?.namedBy
  return isUsed({ ...look, dropped: new Set() }, name) && !(namedBy !== undefined && look.isNew(namedBy))
}

/** What is dropped was cut when it was made. */
const isDropped = (before: string): boolean => /\bdrop\s+\w+\s+(?:concurrently\s+)?(?:if\s+exists\s+)?$/i.test(before)
