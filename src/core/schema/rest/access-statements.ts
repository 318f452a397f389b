import { keyOf } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import type { Access, Catalog } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import { defaultPrivilegeStatements } from './default-privileges.ts'
import { type ObjectName, objectName } from './object-name.ts'
import { rightsStatements } from './rights.ts'

/** Statements that give what is in both catalogs the owner and the rights that it has in the wanted one: only what changes. */
export function accessStatements(have: Catalog, want: Catalog): Change[] {
  const before = new Map(have.access.map((item) => [accessKey(item), item]))
  const wanted = new Set(want.access.map(accessKey))
  const lessened = rolesWithLess(before, want.access)
  const columnsLast = want.access.toSorted((a, b) => Number(a.kind === 'column') - Number(b.kind === 'column'))
  const given = columnsLast.flatMap((item) => {
    const now = before.get(accessKey(item)) ?? (hasColumn(have, item) ? withoutRights(item) : null)
    return now === null ? [] : between(want, withoutLost(now, lessened), item)
  })
  const taken = have.access.filter((item) => !wanted.has(accessKey(item)) && hasColumn(want, item))
  return [
    ...given,
    ...taken.flatMap((item) => between(want, item, withoutRights(item))),
    ...defaultPrivilegeStatements(have, want),
  ]
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

const withoutRights = (item: Access): Access => ({ ...item, grants: [], withheld: null })

/** Whether it is a column, and one that is there as far as a catalog tells: it has no list of those of views. */
function hasColumn({ tables, others }: Catalog, { kind, table, path }: Access): boolean {
  if (kind !== 'column') return false
  const found = tables.find((item) => keyOf(item) === table)
  if (found === undefined || found.kind === 'partition')
    return found !== undefined || others.some((item) => keyOf(item) === table)
  return found.columns.some(({ name }) => name === path[1])
}

function between(catalog: Catalog, now: Access, item: Access): Change[] {
  if (item.kind === 'default privileges') return []
  const object = item.kind === 'column' ? columnTable(item) : objectName(catalog, item)
  if (object === null) return []
  const owner =
    item.owner === null || now.owner === item.owner
      ? []
      : [`ALTER ${object.keyword} ${object.name} OWNER TO ${quoteIdentifier(item.owner)}`]
  const table =
    /TABLE|VIEW/.test(object.keyword) && typeof item.path !== 'string'
      ? keyOf({ schema: item.schema, name: String(item.path[0]) })
      : null
  // What he was granted becomes his own with the object.
  const left = owner.length === 0 ? now : { ...now, grants: now.grants.filter(({ to }) => to !== item.owner) }
  return [...owner, ...objectRights(object, left, item)].map((sql) => plainChange(sql, table))
}

function columnTable({ schema, path }: Access): ObjectName {
  return { keyword: 'TABLE', grantKeyword: 'TABLE', name: quoteQualified(schema ?? '', String(path[0])) }
}

function objectRights({ grantKeyword, name }: ObjectName, now: Access, then: Access): string[] {
  if (grantKeyword === null) return []
  const columns = then.kind === 'column' ? ` (${quoteIdentifier(String(then.path[1]))})` : ''
  return rightsStatements({ prefix: '', on: `ON ${grantKeyword} ${name}`, columns }, now, then)
}
