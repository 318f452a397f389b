import { quoteIdentifier } from '../../sql/quoting.ts'
import type { Access } from '../catalog.ts'

interface Place {
  readonly prefix: string
  readonly on: string
  readonly columns: string
}

/** GRANT and REVOKE of what differs. */
export function rightsStatements({ prefix, on, columns }: Place, now: Access, then: Access): string[] {
  const list = (privileges: readonly string[]) => privileges.map((one) => `${one}${columns}`).join(', ')
  const [has, wants] = [privilegesOf(now), privilegesOf(then)]
  const own = ownRights(now, then, prefix, on)
  const people = [...new Set([...has.keys(), ...wants.keys()])].toSorted()
  return [
    ...own,
    ...people.flatMap((to) => {
      const who = to === '' ? 'PUBLIC' : quoteIdentifier(to)
      const old = has.get(to) ?? new Map<string, boolean>()
      const fresh = wants.get(to) ?? new Map<string, boolean>()
      const taken = [...old.keys()].filter((one) => !fresh.has(one))
      const lessened = [...old].flatMap(([one, grantable]) => (grantable && fresh.get(one) === false ? [one] : []))
      const given = (grantable: boolean) =>
        [...fresh].flatMap(([one, may]) =>
          may === grantable && (!old.has(one) || (may && !old.get(one))) ? [one] : [],
        )
      return [
        ...(taken.length > 0 ? [`${prefix}REVOKE ${list(taken)} ${on} FROM ${who}`] : []),
        ...(lessened.length > 0 ? [`${prefix}REVOKE GRANT OPTION FOR ${list(lessened)} ${on} FROM ${who}`] : []),
        ...(given(false).length > 0 ? [`${prefix}GRANT ${list(given(false))} ${on} TO ${who}`] : []),
        ...(given(true).length > 0 ? [`${prefix}GRANT ${list(given(true))} ${on} TO ${who} WITH GRANT OPTION`] : []),
      ]
    }),
  ]
}

/** What was taken from the owner himself. */
function ownRights(now: Access, then: Access, prefix: string, on: string): string[] {
  if (then.owner === null || now.withheld === then.withheld) return []
  const old = now.withheld?.split(', ') ?? []
  const fresh = then.withheld?.split(', ') ?? []
  const [taken, given] = [fresh.filter((one) => !old.includes(one)), old.filter((one) => !fresh.includes(one))]
  const who = quoteIdentifier(then.owner)
  return [
    ...(taken.length > 0 ? [`${prefix}REVOKE ${taken.join(', ')} ${on} FROM ${who}`] : []),
    ...(given.length > 0 ? [`${prefix}GRANT ${given.join(', ')} ${on} TO ${who}`] : []),
  ]
}

/** By role, `''` for everybody: each privilege, and whether it may be handed on. */
function privilegesOf({ grants }: Access): Map<string, Map<string, boolean>> {
  const all = new Map<string, Map<string, boolean>>()
  for (const { to, what } of grants) {
    const own = all.get(to ?? '') ?? new Map<string, boolean>()
    for (const one of what.split(', ')) own.set(one.replace(/ WITH GRANT OPTION$/, ''), / WITH GRANT OPTION$/.test(one))
    all.set(to ?? '', own)
  }
  return all
}
