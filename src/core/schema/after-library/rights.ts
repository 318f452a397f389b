import { quoteIdentifier } from '../../sql/quoting.ts'
import type { Access } from '../catalog.ts'

interface Place {
  readonly prefix: string
  readonly on: string
  readonly columns: string
}

/** GRANT and REVOKE of what differs. What somebody could hand on goes from those who have it of him too. */
export function rightsStatements({ prefix, on, columns }: Place, now: Access, then: Access): string[] {
  const list = (privileges: readonly string[]) => privileges.map((one) => `${one}${columns}`).join(', ')
  const [has, wants] = [privilegesOf(now), privilegesOf(then)]
  const handedOn = new Set<string>()
  const [taken, given]: [string[], string[]] = [[], []]
  const people = [...new Set([...has.keys(), ...wants.keys()])].toSorted()
  for (const to of people) {
    const [old, fresh] = [has.get(to) ?? none, wants.get(to) ?? none]
    const take = (what: string, privileges: readonly string[]) => {
      if (privileges.length === 0) return
      const cascades = privileges.some((one) => old.get(one))
      for (const one of cascades ? privileges : []) handedOn.add(one)
      taken.push(`${prefix}REVOKE ${what}${list(privileges)} ${on} FROM ${nameOf(to)}${cascades ? ' CASCADE' : ''}`)
    }
    take(
      '',
      [...old.keys()].filter((one) => !fresh.has(one)),
    )
    take(
      'GRANT OPTION FOR ',
      [...old].flatMap(([one, may]) => (may && fresh.get(one) === false ? [one] : [])),
    )
  }
  for (const to of people) {
    const [old, fresh] = [has.get(to) ?? none, wants.get(to) ?? none]
    for (const grantable of [false, true]) {
      const lacking = [...fresh].flatMap(([one, may]) => {
        const isThere = old.has(one) && (!may || old.get(one)) && !(handedOn.has(one) && !old.get(one))
        return may === grantable && !isThere ? [one] : []
      })
      if (lacking.length > 0)
        given.push(`${prefix}GRANT ${list(lacking)} ${on} TO ${nameOf(to)}${grantable ? ' WITH GRANT OPTION' : ''}`)
    }
  }
  return [...ownRights(now, then, prefix, on), ...taken, ...given]
}

const none: ReadonlyMap<string, boolean> = new Map()
const nameOf = (to: string) => (to === '' ? 'PUBLIC' : quoteIdentifier(to))

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
