import { NselfError } from '../errors.ts'
import { dotted, type QualifiedName, shortName, splitDotted } from '../sql/qualified-name.ts'
import { quoteLiteral } from '../sql/quoting.ts'
import type { Catalog, Enum } from './catalog.ts'
import type { Change } from './generated-statement.ts'
import { flagParts } from './rename-flags.ts'

/** A value of an enum that goes, and which one rows have in its place. */
export interface Successor {
  readonly schema: string
  readonly ofEnum: string
  readonly name: string
  readonly to: string
}

/** A value of an enum that goes while columns have that type. */
export interface VanishingValue {
  readonly schema: string
  readonly ofEnum: string
  readonly name: string
  /** What rows may have in its place. */
  readonly others: readonly string[]
  /** As a person names them: `orders.status`. */
  readonly columns: readonly string[]
}

type Enums = Pick<Catalog, 'enums'>

/** The values of enums that a design does not have any more, where columns can hold them. */
export function vanishingValues(current: Enums & Pick<Catalog, 'tables'>, wanted: Enums): VanishingValue[] {
  return current.enums.flatMap((before) => {
    const after = wanted.enums.find((one) => isSame(one, before))
    const columns = current.tables.flatMap((table) =>
      table.columns
        .filter(({ type }) => isOfEnum(type, before))
        .map(({ name }) => shortName(table.schema, table.name, name)),
    )
    if (after === undefined || columns.length === 0) return []
    const { schema, name: ofEnum } = before
    return before.labels
      .filter((label) => !after.labels.includes(label))
      .map((name) => ({ schema, ofEnum, name, others: after.labels, columns }))
  })
}

/** As `--becomes` takes it: `status.gone=sent`. */
export function becomesFlag({ schema, ofEnum, name }: Omit<Successor, 'to'>, to: string): string {
  return `${shortName(schema, ofEnum, name)}=${dotted(to)}`
}

/**
 * What `--becomes` asks for: `status.gone=sent`.
 * @throws NselfError `usage` for a value that stays, and for one that the design does not have.
 */
export function parseSuccessors(texts: readonly string[], vanishing: readonly VanishingValue[]): Successor[] {
  return texts.map((text) => {
    const {
      path,
      to: [to, ...more],
    } = flagParts(text) ?? { path: [], to: [] }
    const [schema, ofEnum, name] = path.length === 2 ? ['public', ...path] : path
    if (name === undefined || to === undefined || more.length > 0) throw wrong(text, 'not understood')
    const found = vanishing.find((one) => one.schema === schema && one.ofEnum === ofEnum && one.name === name)
    if (found === undefined) throw wrong(text, 'the design drops no such value of an enum that a column has')
    if (!found.others.includes(to))
      throw wrong(text, `the design has no value ${to} in the enum ${shortName(found.schema, found.ofEnum)}`)
    return { schema: found.schema, ofEnum: found.ofEnum, name, to }
  })
}

function wrong(text: string, why: string): NselfError {
  return new NselfError('usage', `--becomes ${text}: ${why}`, {
    hint: 'write --becomes status.gone=sent: a value of an enum that goes, and the one that rows have in its place; nothing was written',
  })
}

/** Those of an enum. */
export function successorsOf(of: QualifiedName, successors: readonly Successor[]): Successor[] {
  return successors.filter(({ schema, ofEnum }) => schema === of.schema && ofEnum === of.name)
}

/** A value of one enum, or an array of them, as one of another enum that lacks some of the values. */
export function enumCast(value: string, type: string, successors: readonly Successor[]): string {
  const array = arrayOf(type)
  const text = `${value}::text${array}`
  if (successors.length === 0) return `${text}::${type}`
  if (array !== '') {
    const replaced = successors.reduce(
      (sql, { name, to }) => `array_replace(${sql}, ${quoteLiteral(name)}, ${quoteLiteral(to)})`,
      text,
    )
    return `${replaced}::${type}`
  }
  const cases = successors.map(({ name, to }) => `WHEN ${quoteLiteral(name)} THEN ${quoteLiteral(to)}`)
  return `(CASE ${text} ${cases.join(' ')} ELSE ${text} END)::${type}`
}

/** `[]` of an array, with as many of them as its type is written with. */
export const arrayOf = (type: string): string => /(?:\[\])*$/.exec(type)?.[0] ?? ''

/** Whether a type as format_type writes it is this enum, or an array of it. */
export function isOfEnum(type: string, { schema, name }: QualifiedName): boolean {
  const path = splitDotted(type.slice(0, type.length - arrayOf(type).length))
  return path?.length === 2 && path[0] === schema && path[1] === name
}

const retype = /^(ALTER TABLE .* ALTER COLUMN .* TYPE (.*?) USING )(.*?)::text(?:\[\])*::/s

/** Statements that give rows the values which stand in the place of those that go. */
export function withSuccessors(changes: readonly Change[], successors: readonly Successor[]): Change[] {
  return changes.map((change) => {
    const [, start, type = '', value = ''] = retype.exec(change.sql) ?? []
    const own = successors.filter(({ schema, ofEnum }) => isOfEnum(type, { schema, name: ofEnum }))
    return start === undefined || own.length === 0 ? change : { ...change, sql: start + enumCast(value, type, own) }
  })
}

const isSame = (one: Enum, other: Enum) => one.schema === other.schema && one.name === other.name
