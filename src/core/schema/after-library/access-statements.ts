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

/** By the key of a relation and by role, the privileges that it loses of the whole. */
type Lessened = ReadonlyMap<string, ReadonlyMap<string | null, ReadonlySet<string>>>

const bare = (privilege: string) => privilege.replace(/ WITH GRANT OPTION$/, '')

function rolesWithLess(before: ReadonlyMap<string, Access>, wanted: readonly Access[]): Lessened {
  return new Map(
    wanted.flatMap((item) => {
      const now = item.kind === 'column' || typeof item.path === 'string' ? undefined : before.get(accessKey(item))
      if (now === undefined) return []
      const left = new Map(item.grants.map(({ what, to }) => [to, what.split(', ')]))
      const lost = now.grants.map(({ what, to }) => {
        const gone = what.split(', ').filter((one) => !left.get(to)?.includes(one))
        return [to, new Set(gone.map(bare))] as const
      })
      const known = now.withheld?.split(', ') ?? []
      const withheld = new Set(item.withheld?.split(', ').filter((one) => !known.includes(one)))
      const owners = [now.owner, item.owner].map((to) => [to, withheld] as const)
      return [[keyOf({ schema: item.schema, name: String(item.path[0]) }), new Map([...lost, ...owners])] as const]
    }),
  )
}

/** What is revoked of a table is revoked of its columns too. */
function withoutLost(item: Access, lessened: Lessened): Access {
  const lost = item.kind === 'column' && item.table !== null ? lessened.get(item.table) : undefined
  if (lost === undefined) return item
  const grants = item.grants.flatMap(({ to, what }) => {
    const left = what.split(', ').filter((one) => !lost.get(to)?.has(bare(one)))
    return left.length === 0 ? [] : [{ to, what: left.join(', ') }]
  })
  return { ...item, grants }
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
 * The rights as they are before the owner is another, and right after. What either was granted of the whole is the new
 * one's own then, who would keep a GRANT OPTION, which an owner needs not; of a column an owner may be granted something,
 * too, and what the old one was becomes the new one's.
 */
function aroundOwner(now: Access, item: Access, { old, fresh }: Owners): { before: Access; after: Access } {
  const grants = item.grants.filter(({ to }) => to !== old && to !== fresh)
  const isColumn = item.kind === 'column'
  const stay = now.grants.filter(({ to, what }) =>
    isColumn ? to === old : to === fresh && !what.includes(' WITH GRANT OPTION'),
  )
  const becomes = isColumn ? stay.map(({ what }) => ({ what, to: fresh })) : []
  return {
    before: { ...now, grants: [...grants, ...stay] },
    after: { ...item, grants: [...grants, ...becomes], withheld: now.withheld },
  }
}

function columnTable({ schema, path }: Access): ObjectName {
  return { keyword: 'TABLE', grantKeyword: 'TABLE', name: quoteQualified(schema ?? '', String(path[0])) }
}

function objectRights({ grantKeyword, name }: ObjectName, now: Access, then: Access): string[] {
  if (grantKeyword === null) return []
  const columns = then.kind === 'column' ? ` (${quoteIdentifier(String(then.path[1]))})` : ''
  return rightsStatements({ prefix: '', on: `ON ${grantKeyword} ${name}`, columns }, now, then)
}
