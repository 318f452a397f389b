import { NselfError } from '../errors.ts'
import type { Column, Enum, Table } from '../schema/catalog.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import {
  arrayOf,
  becomesFlag,
  enumCast,
  isOfEnum,
  type Successor,
  successorsOf,
  vanishingValues,
} from '../schema/successors.ts'
import { shellWord } from '../shell-word.ts'
import { keyOf, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import type { ColumnPart } from './column-parts.ts'
import { walkKeyOf } from './fill.ts'
import { helperName } from './helper-name.ts'
import type { PlannedChanges } from './recipes.ts'
import { otherSide, type Retyped, type Twin } from './retyped-column.ts'
import type { Piece } from './stages.ts'

/** An enum that is made anew, for values of it go: a second type, which second columns have, takes its name. */
export interface RetypedEnum {
  readonly before: Enum
  readonly wanted: Enum
}

/** Those of a plan that columns have; none where nobody can say what rows become. */
export function retypedEnums({ ups, facts, successors }: PlannedChanges): RetypedEnum[] {
  if (successors === null) return []
  return facts.before.enums.flatMap((before) => {
    const wanted = facts.after.enums.find((one) => keyOf(one) === keyOf(before))
    const isMade = ups.some(({ change }) => change.sql.startsWith(made(before)))
    const isUsed = facts.before.tables.some(({ columns }) => columns.some(({ type }) => isOfEnum(type, before)))
    return wanted !== undefined && isMade && isUsed ? [{ before, wanted }] : []
  })
}

const made = ({ schema, name }: Enum) => `CREATE TYPE ${quoteQualified(schema, name)} AS ENUM `

/** Whether a statement of the plan makes the type anew, or gives a value back to it. */
export function isAboutEnum({ sql }: Change, { before }: RetypedEnum): boolean {
  const { schema, name } = before
  const own = quoteQualified(schema, name)
  return [
    made(before),
    `ALTER TYPE ${own} RENAME TO ${quoteIdentifier(`${name}__old`)}`,
    `ALTER TYPE ${own} ADD VALUE `,
    `DROP TYPE ${quoteQualified(schema, `${name}__old`)}`,
    `COMMENT ON TYPE ${own} `,
  ].some((text) => sql.startsWith(text))
}

/**
 * The columns that have the type, as columns of the second one.
 * @throws NselfError `refused` where nobody has said what rows become, or a table has no key.
 */
export function columnsOfEnum(one: RetypedEnum, plan: PlannedChanges): Retyped[] {
  const { facts, successors } = plan
  const own = successorsOf(one.before, successors ?? [])
  refuseUnsaid(one, own, plan)
  return facts.before.tables.flatMap((table) =>
    table.columns
      .filter(({ type }) => isOfEnum(type, one.before))
      .flatMap((before) => {
        const wanted = facts.wantedTable(keyOf(table))?.columns.find(({ name }) => name === before.name)
        return wanted === undefined ? [] : [columnOfEnum(one, { table, before, wanted }, own, facts)]
      }),
  )
}

/** Without it no trigger can keep the second columns while the running release still writes such values. */
function refuseUnsaid({ before }: RetypedEnum, own: readonly Successor[], { facts }: PlannedChanges): void {
  const unsaid = vanishingValues({ enums: [before], tables: facts.before.tables }, facts.after).find(
    ({ name }) => !own.some((successor) => successor.name === name),
  )
  if (unsaid === undefined) return
  const { schema, ofEnum, name, columns, others } = unsaid
  const flag = shellWord(becomesFlag(unsaid, others[0] ?? ''))
  throw new NselfError(
    'refused',
    `${shortName(schema, ofEnum, name)} cannot go online: nobody has said what rows of ${columns.join(', ')} become that hold it`,
    {
      hint: `nothing was written; add --becomes ${flag}, or write the change without --online, which fails at such a row`,
    },
  )
}

interface Both {
  readonly table: Table
  readonly before: Column
  readonly wanted: Column
}

function columnOfEnum(
  one: RetypedEnum,
  { table, before, wanted }: Both,
  own: readonly Successor[],
  facts: PlannedChanges['facts'],
): Retyped {
  const [key, column] = [keyOf(table), quoteIdentifier(before.name)]
  const typeOf = (side: Twin) => helperPath(one, side) + arrayOf(before.type)
  return {
    table: key,
    name: before.name,
    key: walkKeyOf(facts, key, before.name),
    before: { ...before, type: typeOf('old') },
    wanted: { ...wanted, type: typeOf('new') },
    forth: enumCast(column, typeOf('new'), own),
    back: enumCast(column, typeOf('old'), []),
    backFails: one.wanted.labels.some((label) => !one.before.labels.includes(label)),
  }
}

/** What the type of a side is called while it has not the name of the enum. */
function helperType({ before: { schema, name } }: RetypedEnum, side: Twin): string {
  return helperName('', `${side}_${name}`, '', shortName(schema, name))
}

const helperPath = (one: RetypedEnum, side: Twin) => quoteQualified(one.before.schema, helperType(one, side))

/** The second types, before the columns that have them, and the first ones behind those that go last. */
export function enumPieces(enums: readonly RetypedEnum[], side: Twin): Piece[] {
  return enums.map((one) => {
    const come = comeSql(one, side).map((sql) => placedChange(sql, null))
    const go = [placedChange(`DROP TYPE IF EXISTS ${helperPath(one, side)}`, null)]
    return side === 'new' ? { stage: 'mirror', up: come, down: go } : { stage: 'former', up: go, down: come }
  })
}

/** Also where an UP that stopped has left it. */
function comeSql(one: RetypedEnum, side: Twin): string[] {
  const { labels, comment } = side === 'new' ? one.wanted : one.before
  const path = helperPath(one, side)
  const values = labels.map(quoteLiteral).join(', ')
  const create = `CREATE TYPE ${path} AS ENUM (${values})`
  const quote = create.includes('$$') ? '$type$' : '$$'
  return [
    side === 'new'
      ? create
      : `DO ${quote} BEGIN IF to_regtype(${quoteLiteral(path)}) IS NULL THEN ${create}; END IF; END ${quote}`,
    ...(comment === null ? [] : [`COMMENT ON TYPE ${path} IS ${quoteLiteral(comment)}`]),
  ]
}

/** What gives the type of a side the name of the enum; in milliseconds, for no row has to be read. */
export function switchTypesSql(enums: readonly RetypedEnum[], side: Twin): string[] {
  return enums.flatMap((one) => {
    const { schema, name } = one.before
    return [
      `ALTER TYPE ${quoteQualified(schema, name)} RENAME TO ${quoteIdentifier(helperType(one, otherSide(side)))}`,
      `ALTER TYPE ${helperPath(one, side)} RENAME TO ${quoteIdentifier(name)}`,
    ]
  })
}

/** A part of a table, whose texts name the types as the second columns have them. */
export function partOfEnums(part: ColumnPart, enums: readonly RetypedEnum[]): ColumnPart {
  const on = (text: string, side: Twin) => enums.reduce((sql, one) => withHelperType(sql, one, side), text)
  return { ...part, before: on(part.before, 'old'), wanted: on(part.wanted, 'new') }
}

const cast = /'(?:[^']|'')*'|::((?:"(?:[^"]|"")*"|[\w$]+)(?:\.(?:"(?:[^"]|"")*"|[\w$]+))?)/g

function withHelperType(sql: string, one: RetypedEnum, side: Twin): string {
  return sql.replace(cast, (text, type: string | undefined) =>
    type !== undefined && isOfEnum(type, one.before) ? `::${helperPath(one, side)}` : text,
  )
}
