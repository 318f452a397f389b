import { costOf, typeChange } from '../effects/type-change.ts'
import { NselfError } from '../errors.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import { sequenceTypeSql } from '../schema/retyped-sequences.ts'
import { keyOf, ofKey } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { type ColumnPart, isOf, partsOf } from './column-parts.ts'
import { fillPiece, walkKeyOf } from './fill.ts'
import type { PlannedChanges, Replacement, Shaped } from './recipes.ts'
import {
  addColumnSql,
  dropColumnSql,
  fillOf,
  helperColumn,
  pathOfRetyped,
  type Retyped,
  syncSql,
  type Twin,
  unsyncSql,
} from './retyped-column.ts'
import { columnsOfEnum, enumPieces, isAboutEnum, partOfEnums, retypedEnums } from './retyped-enums.ts'
import { rowsFirst } from './rows-first.ts'
import { type Shape, undoes } from './shape.ts'
import { inStageOrder, type Piece } from './stages.ts'
import { buildPieces, type Retyping } from './twin-build.ts'
import { switchTo } from './twin-switch.ts'

/**
 * The changes of type that would write tables anew, by second columns that are kept the same, filled in batches and
 * switched to. Null where there are none, or where something hangs on such a column that cannot be made a second time.
 * @throws NselfError `refused` where one has no key to be walked by, or more of it changes than its type.
 */
export function retypedOnline(plan: PlannedChanges): Replacement | null {
  const enums = retypedEnums(plan)
  const isOfTypes = ({ change }: Shaped) => enums.some((one) => isAboutEnum(change, one))
  if (plan.ups.some((up) => isMadeAnew(up) && !isOfTypes(up))) return null
  const columns = [
    ...plan.ups.flatMap((up) => retypedBy(up, plan) ?? []),
    ...enums.flatMap((one) => columnsOfEnum(one, plan)),
  ]
  if (columns.length === 0 || columns.some((one) => isEntangled(one, plan))) return null
  const parts = partsOf(columns, plan.facts)
  if (parts === null) return null
  const isOurs = (item: Shaped) =>
    isOfTypes(item) || columns.some((one) => isAbout(item.change, one)) || (enums.length > 0 && isSamePart(item, parts))
  const ours = (side: readonly Shaped[]) => side.filter(isOurs).map(({ change }) => change)
  const others = [...plan.ups, ...plan.downs].filter((item) => !isOurs(item))
  for (const one of columns) refuseMore(one, others)
  const named = parts.map((part) => partOfEnums(part, enums))
  return {
    ofUp: ours(plan.ups),
    ofDown: ours(plan.downs),
    pieces: piecesOf({ columns, parts: named, enums, facts: plan.facts }),
  }
}

/** What goes and comes again because of the type is none of ours to keep: a view is shown what it was made of. */
const isMadeAnew = ({ change: { sql } }: Shaped) =>
  /^(?:DROP (?:MATERIALIZED )?VIEW|DROP (?:FUNCTION|PROCEDURE|POLICY|TRIGGER|RULE)|ALTER TYPE .* RENAME TO) /s.test(sql)

function retypedBy({ shape }: Shaped, { downs, facts }: PlannedChanges): Retyped | null {
  if (shape?.verb !== 'type') return null
  const { table, subject: name } = shape
  const before = facts.column(table, name)
  const wanted = facts.wantedTable(table)?.columns.find((column) => column.name === name)
  const back = downs.find((down) => down.shape !== null && undoes(shape, down.shape))?.shape
  if (before === undefined || wanted === undefined || back == null || !facts.isPlain(table)) return null
  if (costOf(typeChange(before.type, wanted.type)) === 'none') return null
  const key = walkKeyOf(facts, table, name)
  const backFails = typeChange(wanted.type, before.type).fails !== null
  return { table, name, key, before, wanted, forth: usingOf(shape), back: usingOf(back), backFails }
}

const usingOf = ({ rest }: Shape) => /^TYPE .*? USING (.*)$/s.exec(`TYPE ${rest}`)?.[1] ?? null

/** What stands on a column besides constraints and indexes keeps to the old one, or breaks. */
function isEntangled({ table, name, before, wanted }: Retyped, { facts }: PlannedChanges): boolean {
  const whole = facts.table(table)
  if (whole === undefined || !facts.isPlain(table) || facts.isRelated(table) || whole.kind !== 'table') return true
  const columns = [{ table, name }]
  const names = (text: string) => isOf(whole, text, columns)
  return (
    before.generated !== null ||
    before.storage !== null ||
    before.compression !== null ||
    wanted.storage !== null ||
    (before.identity === null) !== (wanted.identity === null) ||
    whole.columns.some(({ generated }) => generated !== null && names(generated.expression)) ||
    Object.values(whole.settings).some((text) => /INDEX/i.test(text)) ||
    facts.before.others.some(
      (other) => other.table === table && /^(?:statistics|policy|rule)$/.test(other.kind) && names(other.definition),
    ) ||
    facts.before.access.some(({ kind, table: of, path }) => kind === 'column' && of === table && path[1] === name)
  )
}

/** What of a plan belongs to the change of a type: defaults that go and come, and the sequence. */
function isAbout({ sql, table }: Change, one: Retyped): boolean {
  const column = quoteIdentifier(one.name)
  if (table !== one.table) return false
  const alters = [
    `ALTER COLUMN ${column} TYPE `,
    `ALTER COLUMN ${column} DROP DEFAULT`,
    `ALTER COLUMN ${column} SET DEFAULT `,
  ]
  const sequence = one.before.serial ?? one.wanted.serial
  if (sequence !== null && sql.startsWith(sequenceTypeSql(sequence, ''))) return true
  return alters.some((text) => sql.includes(text)) || (/^SELECT setval\(/.test(sql) && sql.includes(`max(${column})`))
}

/** What stands on a type that is made anew goes and comes again in the plan, though it stays as it is. */
function isSamePart({ shape }: Shaped, parts: readonly ColumnPart[]): boolean {
  if (shape === null || !/^(?:(?:add|drop) constraint|(?:create|drop) index)$/.test(shape.verb)) return false
  return parts.some(({ table, name, before, wanted }) => {
    const place = shape.verb === 'drop index' ? keyOf({ schema: ofKey(table).schema, name }) : table
    return before === wanted && shape.subject === name && shape.table === place
  })
}

/** A rename of its table stands under the name before. */
function renames({ sql, table }: Change, one: Retyped): boolean {
  const [column, own] = [one.name, ofKey(one.table).name].map(quoteIdentifier)
  return (
    (table === one.table && sql.endsWith(`TO ${column}`)) ||
    (sql.startsWith('ALTER TABLE ') && sql.endsWith(`RENAME TO ${own}`))
  )
}

/** @throws NselfError `refused` where more than its type changes: what is built for it would be built for what is no more. */
function refuseMore(one: Retyped, all: readonly Shaped[]): void {
  const more = all.find(({ change, shape }) => {
    if (change.keepsPlace === true) return renames(change, one)
    if (shape === null || change.table !== one.table || isAbout(change, one)) return false
    return shape.subject === one.name || isOf(ofKey(one.table), shape.rest, [one])
  })
  if (more === undefined) return
  throw new NselfError(
    'refused',
    `${pathOfRetyped(one)} gets another type, and more of it changes in the same step: ${more.change.sql}`,
    {
      hint: 'nothing was written; change the type by itself first, with --online, and the rest after it',
    },
  )
}

function piecesOf(retyping: Retyping): Piece[] {
  const { columns, enums } = retyping
  const built = buildPieces(retyping, 'new')
  return [
    ...enumPieces(enums, 'new'),
    ...columns.map((one) => mirrorPiece(one, 'new')),
    ...columns.map((one) => fillPiece(fillOf(one, 'new'))),
    ...built,
    switchPiece(retyping, built),
    // The old column is filled on the way back alone: on the way there it is what it was.
    ...columns.map((one) => fillPiece(fillOf(one, 'old'), 'fill_back')),
    ...columns.toReversed().map((one) => mirrorPiece(one, 'old')),
    ...enumPieces(enums, 'old'),
  ]
}

function mirrorPiece(one: Retyped, side: Twin): Piece {
  const changes = (sql: readonly string[]) => sql.map((text) => placedChange(text, one.table))
  const come = changes([addColumnSql(one, side), ...syncSql(one, side)])
  const go = changes([...unsyncSql(one), dropColumnSql(one, side)])
  return side === 'new' ? { stage: 'mirror', up: come, down: go } : { stage: 'former', up: go, down: [...go, ...come] }
}

const together = 'nself: allow lint/several-tables-locked because keys and their references change together'

const atOnce =
  'nself: allow lint/require-concurrent-index-deletion because the table is locked already, for milliseconds'

/** A value that does not fit the former type has left the old column empty, which would be lost unseen. */
function fitsBack(one: Retyped): Change {
  const [old, own] = [helperColumn(one, 'old'), one.name].map(quoteIdentifier)
  return rowsFirst(one.table, `${old} IS NULL AND ${own} IS NOT NULL`, `the former type of ${one.name}`)
}

/** Back it goes by the same way: the old side is built, switched to, and what was there of the new one built again. */
function switchPiece(retyping: Retyping, built: readonly Piece[]): Piece {
  const one = (sql: string) => placedChange(sql, null)
  const rebuilt = inStageOrder(built).flatMap(({ up }) => up)
  const down = [
    ...retyping.columns.filter(({ backFails }) => backFails).map(fitsBack),
    ...inStageOrder(buildPieces(retyping, 'old')).flatMap(({ up }) => up),
    one('BEGIN'),
    ...switchTo('old', retyping),
    one('COMMIT'),
    ...rebuilt,
  ]
  const tables = new Set([...retyping.columns, ...retyping.parts].map(({ table }) => table))
  const indexes = retyping.parts.some(({ kind }) => kind.endsWith('index'))
  const headers = [...(tables.size > 1 ? [together] : []), ...(indexes ? [atOnce] : [])]
  return {
    stage: 'switch',
    up: switchTo('new', retyping),
    down,
    file: { suffix: 'switch', up: headers, down: headers },
  }
}
