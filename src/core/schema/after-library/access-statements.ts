import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Access, Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { defaultPrivilegeStatements } from './default-privileges.ts'
import { type ObjectName, objectName } from './object-name.ts'
import { rightsStatements } from './rights.ts'

/**
 * Statements that give what is in both catalogs the owner and the rights that it has in the wanted one: only what changes.
 * Rights come before the owner: whoever made an object is then the one who grants and revokes, as whom PostgreSQL might
 * otherwise choose another role that was given them with GRANT OPTION.
 */
export function accessStatements(have: Catalog, want: Catalog): Change[] {
  const before = new Map(have.access.map((item) => [accessKey(item), item]))
  const wanted = new Set(want.access.map(accessKey))
  const lessened = rolesWithLess(before, want.access)
  const handed = ownersOf(before, want.access)
  const given = want.access.flatMap((item) => {
    const now = before.get(accessKey(item)) ?? asItCame(have, item)
    return now === null ? [] : [between(want, withoutLost(now, lessened), item, handed)]
  })
  const taken = have.access.flatMap((item) => {
    const then = wanted.has(accessKey(item)) ? null : asItCame(want, item)
    return then === null ? [] : [between(want, item, then, handed)]
  })
  return [...byRelation([...given, ...taken]), ...defaultPrivilegeStatements(have, want)]
}

interface Steps {
  /** The key of the table or view; null of everything else. */
  readonly relation: string | null
  readonly isColumn: boolean
  readonly rights: readonly Change[]
  readonly owner: readonly Change[]
  /** Rights that can only be given when the owner is the new one. */
  readonly rightsThen: readonly Change[]
}

/** What one relation and its columns get, together: its rights, those of its columns, its owner. */
function byRelation(steps: readonly Steps[]): Change[] {
  const groups = new Map<string | Steps, Steps[]>()
  for (const step of steps) {
    const group = groups.get(step.relation ?? step)
    if (group === undefined) groups.set(step.relation ?? step, [step])
    else group.push(step)
  }
  return [...groups.values()].flatMap((group) => {
    const columnsLast = group.toSorted((a, b) => Number(a.isColumn) - Number(b.isColumn))
    return [
      ...columnsLast.flatMap(({ rights }) => rights),
      ...group.flatMap(({ owner }) => owner),
      ...columnsLast.flatMap(({ rightsThen }) => rightsThen),
    ]
  })
}

/** What tells an owner's or a right's object from others. */
export const accessKey = ({ kind, schema, path, signature, owner }: Access): string =>
  JSON.stringify([kind, schema, signature ?? path, kind === 'default privileges' ? owner : null])

type Lessened = ReadonlyMap<string, ReadonlySet<string | null>>

/** Who is to have less of a relation, by its key. */
function rolesWithLess(before: ReadonlyMap<string, Access>, wanted: readonly Access[]): Lessened {
  return new Map(
    wanted.flatMap((item) => {
      const now = item.kind === 'column' ? undefined : before.get(accessKey(item))
      const kept = new Set(item.grants.map(({ what, to }) => JSON.stringify([what, to])))
      const lost = now?.grants.filter(({ what, to }) => !kept.has(JSON.stringify([what, to]))) ?? []
      return lost.length === 0 || typeof item.path === 'string'
        ? []
        : [[keyOf({ schema: item.schema, name: String(item.path[0]) }), new Set(lost.map(({ to }) => to))] as const]
    }),
  )
}

/** What is revoked of a table is revoked of its columns too. */
function withoutLost(item: Access, lessened: Lessened): Access {
  const roles = item.kind === 'column' && item.table !== null ? lessened.get(item.table) : undefined
  return roles === undefined ? item : { ...item, grants: item.grants.filter(({ to }) => !roles.has(to)) }
}

/** What a catalog does not list for its rights, if it is there: as it was made. */
function asItCame(catalog: Catalog, item: Access): Access | null {
  const { extension } = item
  if (extension === undefined) return hasColumn(catalog, item) ? { ...item, grants: [], withheld: null } : null
  const isThere = catalog.others.some(({ kind, name }) => kind === 'extension' && name === extension.name)
  return isThere ? { ...item, grants: extension.grants } : null
}

/** Whether it is a column, and one that is there as far as a catalog tells: it has no list of those of views. */
function hasColumn({ tables, others }: Catalog, { kind, table, path }: Access): boolean {
  if (kind !== 'column') return false
  const found = tables.find((item) => keyOf(item) === table)
  if (found === undefined || found.kind === 'partition')
    return found !== undefined || others.some((item) => keyOf(item) === table)
  return found.columns.some(({ name }) => name === path[1])
}

interface Owners {
  readonly old: string
  readonly fresh: string
}

/** The owners of what changes hands, by its key; of relations by theirs too, which their columns name. */
function ownersOf(before: ReadonlyMap<string, Access>, wanted: readonly Access[]): ReadonlyMap<string, Owners> {
  return new Map(
    wanted.flatMap((item) => {
      const old = before.get(accessKey(item))?.owner ?? null
      if (old === null || item.owner === null || old === item.owner) return []
      const owners = { old, fresh: item.owner }
      const relation = typeof item.path === 'string' ? [] : [keyOf({ schema: item.schema, name: String(item.path[0]) })]
      return [accessKey(item), ...relation].map((key) => [key, owners] as const)
    }),
  )
}

function between(catalog: Catalog, now: Access, item: Access, handed: ReadonlyMap<string, Owners>): Steps {
  const isColumn = item.kind === 'column'
  const none = { relation: null, isColumn, rights: [], owner: [], rightsThen: [] }
  if (item.kind === 'default privileges') return none
  const object = isColumn ? columnTable(item) : objectName(catalog, item)
  if (object === null) return none
  const relation =
    /TABLE|VIEW/.test(object.keyword) && typeof item.path !== 'string'
      ? keyOf({ schema: item.schema, name: String(item.path[0]) })
      : null
  const changes = (statements: readonly string[]) => statements.map((sql) => plainChange(sql, relation))
  const owners = handed.get(isColumn ? (item.table ?? '') : accessKey(item))
  if (owners === undefined) return { ...none, relation, rights: changes(objectRights(object, now, item)) }
  const { before, after } = aroundOwner(now, item, owners)
  const owner = `ALTER ${object.keyword} ${object.name} OWNER TO ${quoteIdentifier(owners.fresh)}`
  return {
    ...none,
    relation,
    rights: changes(objectRights(object, now, before)),
    owner: changes(isColumn ? [] : [owner]),
    rightsThen: changes(objectRights(object, after, item)),
  }
}

/**
 * The rights as they are before the owner is another, and right after. What either was granted is the new one's own
 * then: of the whole it would keep its GRANT OPTION, which an owner needs not, of a column a grant to itself.
 */
function aroundOwner(now: Access, item: Access, { old, fresh }: Owners): { before: Access; after: Access } {
  const grants = item.grants.filter(({ to }) => to !== old && to !== fresh)
  const isLeft = (what: string) => item.kind !== 'column' && !what.includes(' WITH GRANT OPTION')
  const own = now.grants.filter(({ to, what }) => to === fresh && isLeft(what))
  return { before: { ...now, grants: [...grants, ...own] }, after: { ...item, grants, withheld: now.withheld } }
}

function columnTable({ schema, path }: Access): ObjectName {
  return { keyword: 'TABLE', grantKeyword: 'TABLE', name: quoteQualified(schema ?? '', String(path[0])) }
}

function objectRights({ grantKeyword, name }: ObjectName, now: Access, then: Access): string[] {
  if (grantKeyword === null) return []
  const columns = then.kind === 'column' ? ` (${quoteIdentifier(String(then.path[1]))})` : ''
  return rightsStatements({ prefix: '', on: `ON ${grantKeyword} ${name}`, columns }, now, then)
}
