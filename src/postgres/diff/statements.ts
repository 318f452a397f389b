import type { Action, Fact } from '@supabase/pg-delta'
import { NselfError } from '../../core/errors.ts'
import { countOnSql } from '../../core/schema/before-library/relation-steps.ts'
import { type Change, plainChange, withUncheckedBodies } from '../../core/schema/generated-statement.ts'
import { identityInOrder } from '../../core/schema/identity-order.ts'
import { keyOf, splitDotted } from '../../core/sql/qualified-name.ts'
import { inDropOrder } from './dropped-tables.ts'
import { type FactBase, loadLibrary, without } from './facts.ts'
import { withKnownOptions } from './hidden-mappings.ts'
import { collatedAs, withCollation } from './kept-collation.ts'
import { asMarked } from './marked-facts.ts'
import { withPlainDefault } from './plain-defaults.ts'
import { viewsInTheWay } from './readers-of-changed.ts'
import { withoutMarks } from './secret-options.ts'
import { withinLimits } from './sequence-limits.ts'

/**
 * The statements that turn one schema into the other, in an order that works.
 * @throws NselfError `refused` for what the library cannot plan.
 */
export async function changesBetween(from: FactBase, to: FactBase): Promise<Change[]> {
  if (from === to) return []
  const { plan, buildFactBase } = await loadLibrary()
  const known = withKnownOptions(from, to, buildFactBase)
  if (known !== null) return changesBetween(...known)
  const twins = twinKeys(from, to)
  if (twins.length > 0) {
    const first = await without(to, twins)
    return [...(await changesBetween(from, first)), ...(await changesBetween(first, to))]
  }
  const roles = [...from.facts(), ...to.facts()].flatMap(({ id }) => (id.kind === 'role' ? [id.name] : []))
  const collated = await collatedAs(from, to)
  const found = planned(() => plan(collated, to, { assumedRoles: [...new Set(roles)] }))
  if (found instanceof NselfError) return changesWithoutViews(from, to, found)
  const needed = found.actions.filter((action) => !isIdle(action, from) && !isOfServer(action))
  const changes = inDropOrder(needed, from).map((action) => ({
    sql: written(action, from, to),
    table: subjectOf(action),
    commitsFirst: action.transactionality === 'commitBoundaryAfter',
    freesKey: action.destroys.some((id) => id.kind === 'constraint' && from.get(id)?.payload.type === 'f'),
  }))
  return withoutTwins(changes).flatMap((change) => [
    ...withinLimits(change, from, to),
    change,
    ...countingOn(change, from),
  ])
}

/** What the library says, as it is meant. */
function written(action: Action, from: FactBase, to: FactBase): string {
  const sql = throughText(withoutCutting(corrected(action.sql), action, from), action, from, to)
  return withoutMarks(withPlainDefault(withCollation(sql, action, to), action, to))
}

/** Roles belong to the server: those of a scratch one are others, and nobody asked to make or drop any. */
function isOfServer({ sql, produces, destroys }: Action): boolean {
  return (
    [...produces, ...destroys].some(({ kind }) => kind === 'role' || kind === 'membership') || /^ALTER ROLE /.test(sql)
  )
}

/** What the library cannot plan it throws: then views over what changes its type go first, and come again last. */
async function changesWithoutViews(from: FactBase, to: FactBase, why: NselfError): Promise<Change[]> {
  const views = viewsInTheWay(from, to)
  if (views.length === 0) throw why
  const [bare, target] = [await without(from, views), await without(to, views)]
  return [
    ...(await changesBetween(from, bare)),
    ...(await changesBetween(bare, target)),
    ...(await changesBetween(target, to)),
  ]
}

/** The library speaks to those who write it. */
const plainWords = (message: string) =>
  message.replace(/^dependency cycle among \d+ actions\b[^\n]*:/, 'each of these statements needs another one first:')

/** What the library plans; what it cannot is an error that names the objects which are the reason. */
function planned<T>(plan: () => T): T | NselfError {
  try {
    return plan()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return new NselfError('refused', `this difference cannot be written as SQL: ${plainWords(error.message)}`, {
      hint: 'make this change by hand first: nself db migrate create; then run the command again',
      cause: error,
    })
  }
}

/** A default that is set for a change of type, and once more for itself. */
function withoutTwins(changes: readonly Change[]): Change[] {
  const isDefault = ({ sql }: Change) => / ALTER COLUMN .* SET DEFAULT /s.test(sql)
  return changes.filter(
    (change, at) => !isDefault(change) || !changes.slice(at + 1).some(({ sql }) => sql === change.sql),
  )
}

/** A column that begins to count goes on behind the values that are there. */
function countingOn({ sql, table }: Change, from: FactBase): Change[] {
  const [, relation, column] =
    /^ALTER TABLE (\S+|(?:"(?:[^"]|"")*"\.)?"(?:[^"]|"")*") ALTER COLUMN ("(?:[^"]|"")*"|\S+) (?:ADD GENERATED .* AS IDENTITY|SET DEFAULT nextval\()/s.exec(
      sql,
    ) ?? []
  const [schema, name] = splitDotted(relation ?? '') ?? []
  const [bare] = splitDotted(column ?? '') ?? []
  if (schema === undefined || name === undefined || bare === undefined) return []
  const known = from.get({ kind: 'column', schema, table: name, name: bare })
  return known === undefined || known.payload.identity != null
    ? []
    : [plainChange(countOnSql(schema, name, bare, / MINVALUE (-?\d+)/.exec(sql)?.[1]), table)]
}

/** The statements that lead through all of the states. */
export async function changesAlong(states: readonly FactBase[]): Promise<Change[]> {
  const changes: Change[] = []
  let from = states[0]
  for (const to of states.slice(1)) {
    if (from !== undefined) changes.push(...(await changesBetween(from, to)))
    from = to
  }
  return withUncheckedBodies(identityInOrder(changes))
}

/** Keys of new tables on the columns of another key: CREATE TABLE makes only one of the two, ALTER TABLE both. */
function twinKeys(from: FactBase, to: FactBase): Fact['id'][] {
  const keys = to.facts().flatMap(({ id, parent, payload: { type, def } }) => {
    const isKey = id.kind === 'constraint' && (type === 'p' || type === 'u')
    return isKey && parent !== undefined && !from.has(parent) ? [{ id, type, on: onOf(id.schema, id.table, def) }] : []
  })
  const first = new Map(keys.toReversed().map(({ id, on }) => [on, id]))
  for (const { id, type, on } of keys) if (type === 'p') first.set(on, id)
  return keys.flatMap(({ id, on }) => (first.get(on) === id ? [] : [id]))
}

const onOf = (schema: string, table: string, definition: unknown) =>
  JSON.stringify([schema, table, String(definition).replace(/^[A-Z ]+/, '')])

/** The library drops a default before it changes a type, also where there is none. */
function isIdle({ sql, consumes, destroys }: Action, from: FactBase): boolean {
  if (destroys.length > 0 || !/ALTER COLUMN (?:"(?:[^"]|"")*") DROP DEFAULT$/.test(sql)) return false
  return consumes.some((id) => {
    if (id.kind !== 'column' || !('table' in id)) return false
    return !from.has({ kind: 'default', schema: id.schema, table: id.table, name: id.name })
  })
}

function corrected(sql: string): string {
  return (
    plainSequence(asMarked(sql))
      // What every index is that is not said to be another.
      .replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON (?:"(?:[^"]|"")*"|[^\s"])+) USING btree /, '$1 ')
      .replaceAll('__pgdelta_replaced', '__old')
  )
}

const greatest: Readonly<Record<string, string>> = {
  smallint: '32767',
  integer: '2147483647',
  bigint: '9223372036854775807',
}

/** A sequence without what every one is that is not said to be another. */
function plainSequence(sql: string): string {
  const [, start, type = '', most] =
    /^(CREATE (?:UNLOGGED )?SEQUENCE .*) AS (\w+) INCREMENT BY 1 MINVALUE 1 MAXVALUE (\d+) START WITH 1 CACHE 1 NO CYCLE$/s.exec(
      sql,
    ) ?? []
  if (start === undefined || greatest[type] !== most) return sql
  return type === 'bigint' ? start : `${start} AS ${type}`
}

const text = /^(?:character varying|character|text)(?:\(\d+\))?$/

/** A cast that is written out cuts what is too long without a word; the one that ALTER makes by itself refuses it. */
function withoutCutting(sql: string, { consumes }: Action, from: FactBase): string {
  const [, alteration = '', type = ''] = /^(ALTER TABLE .* ALTER COLUMN .* TYPE (.*?)) USING .*$/s.exec(sql) ?? []
  const column = consumes.find((id) => id.kind === 'column')
  const before = column === undefined ? undefined : from.get(column)?.payload.type
  return typeof before === 'string' && text.test(before) && text.test(type) ? alteration : sql
}

/** One enum has no cast to another; by their labels they have. */
function throughText(sql: string, { consumes }: Action, from: FactBase, to: FactBase): string {
  const [, start, type = '', value = ''] = /^(ALTER TABLE .* ALTER COLUMN .* TYPE (.*?) USING )(.*?)::/s.exec(sql) ?? []
  const column = consumes.find((id) => id.kind === 'column')
  const before = column === undefined ? undefined : from.get(column)?.payload.type
  if (start === undefined || typeof before !== 'string' || !isEnum(before, from) || !isEnum(type, to)) return sql
  return `${start}${value}::text${arrayOf(type)}::${type}`
}

const arrayOf = (type: string) => /(?:\[\])*$/.exec(type)?.[0] ?? ''

function isEnum(type: string, facts: FactBase): boolean {
  const [schema, name, ...more] = splitDotted(type.slice(0, type.length - arrayOf(type).length)) ?? []
  if (schema === undefined || name === undefined || more.length > 0) return false
  return facts.get({ kind: 'type', schema, name })?.payload.variant === 'enum'
}

/** The table that a statement is about, by key. */
function subjectOf({ produces, consumes, destroys, sql }: Action): string | null {
  // The library names the domain of a constraint as its table.
  if (/^(?:CREATE|ALTER|DROP) DOMAIN /.test(sql)) return null
  for (const id of [...produces, ...destroys, ...consumes]) {
    const target = id.kind === 'comment' || id.kind === 'acl' ? id.target : id
    if (target.kind === 'table') return keyOf(target)
    if ('table' in target && 'schema' in target) return keyOf({ schema: target.schema, name: target.table })
  }
  return null
}
