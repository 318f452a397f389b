import { NselfError } from '../errors.ts'
import { collationSql } from '../schema/families.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import { keyOf, ofKey, shortName, splitDotted } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified, unquoteIdentifier } from '../sql/quoting.ts'
import { fileWord, fillPiece, walkKeyOf } from './fill.ts'
import type { Filled } from './filled.ts'
import { helperName } from './helper-name.ts'
import type { PlannedChanges, Replacement } from './recipes.ts'
import { alterTable, quotedTable } from './shape.ts'
import type { Piece } from './stages.ts'

const name = '(?:"(?:[^"]|"")*")'
const ofColumn = new RegExp(`^ALTER TABLE (${name}\\.${name}) RENAME COLUMN (${name}) TO (${name})$`)

interface Renamed {
  readonly table: string
  readonly from: string
  readonly to: string
}

function renamedBy(sql: string): Renamed | null {
  const [, path = '', from, to] = ofColumn.exec(sql) ?? []
  const [schema, own] = splitDotted(path) ?? []
  if (schema === undefined || own === undefined || from === undefined || to === undefined) return null
  return { table: keyOf({ schema, name: own }), from: unquoteIdentifier(from), to: unquoteIdentifier(to) }
}

/**
 * Columns that get another name, by a second one that is kept the same, so that each release finds its own. When the old
 * release is gone the second one goes, and the first one, with all that hangs on it, takes its name.
 * @throws NselfError `refused` where a table has no key, or more of such a column changes.
 */
export function renamedOnline(plan: PlannedChanges): Replacement[] {
  return plan.ups.flatMap(({ change }) => {
    const one = renamedBy(change.sql)
    if (one === null || !isAlone(one, plan)) return []
    const back = plan.downs.find((down) => {
      const other = renamedBy(down.change.sql)
      return other?.table === one.table && other.from === one.to && other.to === one.from
    })
    if (back === undefined) return []
    refuseMore(one, plan)
    return [{ ofUp: [change], ofDown: [back.change], pieces: piecesOf(one, plan) }]
  })
}

/** Nothing else takes the one name or the other, and its table keeps its own. */
function isAlone({ table, from, to }: Renamed, { ups, facts }: PlannedChanges): boolean {
  const column = facts.column(table, to)
  if (!facts.isPlain(table) || facts.isRelated(table) || column === undefined || column.generated !== null) return false
  if (facts.column(table, from) !== undefined || column.identity !== null) return false
  if (facts.before.access.some((one) => one.kind === 'column' && one.table === table && one.path[1] === to))
    return false
  const own = quoteIdentifier(ofKey(table).name)
  return ups.every(({ change: { sql } }) => {
    const other = renamedBy(sql)
    if (other === null) return !/^ALTER TABLE .* (?:RENAME TO|SET SCHEMA) /s.test(sql) || !sql.includes(own)
    const isSame = other.from === from && other.to === to
    return other.table !== table || isSame || (other.to !== from && other.from !== to && other.to !== to)
  })
}

/** @throws NselfError `refused`: what is built for the one name would be built for a column that goes. */
function refuseMore({ table, to, from }: Renamed, { ups }: PlannedChanges): void {
  const more = ups.find(({ shape }) => shape?.table === table && shape.subject === to)
  if (more === undefined) return
  const { schema, name: own } = ofKey(table)
  throw new NselfError(
    'refused',
    `${shortName(schema, own, from)} gets another name, and more of it changes in the same step: ${more.change.sql}`,
    {
      hint: 'nothing was written; change the name by itself first, with --online, and the rest after it',
    },
  )
}

function piecesOf(one: Renamed, { facts }: PlannedChanges): Piece[] {
  const { table, from, to } = one
  const key = walkKeyOf(facts, table, to).map((column) => (column === to ? from : column))
  const filled: Filled = { table, name: to, key, column: to, value: quoteIdentifier(from) }
  const placed = (sql: string) => placedChange(sql, table)
  const suffix = `rename_last_${fileWord(table, to)}`
  const file = { suffix, up: [], down: [] }
  const come = [addSql(one, facts), ...syncSql(one)].map(placed)
  const go = [...unsyncSql(one), `${alterTable(table)} DROP COLUMN IF EXISTS ${quoteIdentifier(to)}`].map(placed)
  const rename = (a: string, b: string) =>
    placed(`${alterTable(table)} RENAME COLUMN ${quoteIdentifier(a)} TO ${quoteIdentifier(b)}`)
  return [
    { stage: 'mirror', up: come, down: go },
    fillPiece(filled),
    fillPiece(filled, 'rename_back'),
    { stage: 'rename_last', up: [...go, rename(from, to)], down: [rename(to, from), ...come], file },
  ]
}

function addSql({ table, to }: Renamed, facts: PlannedChanges['facts']): string {
  const column = facts.column(table, to)
  const collate = column?.collation == null ? '' : ` COLLATE ${collationSql(column.collation)}`
  return `${alterTable(table)} ADD COLUMN ${quoteIdentifier(to)} ${column?.type}${collate}`
}

function namesOf({ table, from }: Renamed): { made: string; trigger: string } {
  const { schema, name: own } = ofKey(table)
  const path = shortName(schema, own, from)
  return {
    made: `${quoteQualified(schema, helperName(own, from, 'name', path))}()`,
    trigger: quoteIdentifier(helperName('', from, 'name', path, 'zz_nself')),
  }
}

/** Whichever of the two was written last is what both are. */
function syncSql(one: Renamed): string[] {
  const { made, trigger } = namesOf(one)
  const [from, to] = [one.from, one.to].map(quoteIdentifier)
  const body = [
    `  IF TG_OP = 'INSERT' THEN`,
    `    IF NEW.${to} IS NULL THEN NEW.${to} := NEW.${from}; ELSE NEW.${from} := NEW.${to}; END IF;`,
    `  ELSIF NEW.${to} IS DISTINCT FROM OLD.${to} THEN NEW.${from} := NEW.${to};`,
    `  ELSE NEW.${to} := NEW.${from};`,
    '  END IF;',
  ]
  return [
    `CREATE FUNCTION ${made} RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n${body.join('\n')}\n  RETURN NEW;\nEND $$`,
    `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${quotedTable(one.table)} FOR EACH ROW EXECUTE FUNCTION ${made}`,
  ]
}

function unsyncSql(one: Renamed): string[] {
  const { made, trigger } = namesOf(one)
  return [`DROP TRIGGER IF EXISTS ${trigger} ON ${quotedTable(one.table)}`, `DROP FUNCTION IF EXISTS ${made}`]
}

const newName =
  /^ALTER (?:TABLE .* (?:RENAME (?:COLUMN|TO)|SET SCHEMA)|TYPE .* (?:RENAME|SET SCHEMA)|SCHEMA .* RENAME) /s

/** Whether a statement takes a name away that the running release uses; a type that is made anew keeps its own. */
export function breaksRelease({ sql }: Change): boolean {
  return newName.test(sql) && !/^ALTER TYPE .*__old"$/s.test(sql)
}
