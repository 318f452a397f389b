import { NselfError } from '../../errors.ts'
import type { Entry, State } from '../../migration/state.ts'

/** What depends on a migration that waits for a release, and would run before it. @throws NselfError `refused`. */
export function refuseLeftDependency(chosen: readonly Entry[], { entries }: State): void {
  const left = entries.filter((entry) => entry.file?.phase === 'contract' && entry.applied?.state !== 'applied')
  const waiting = left.filter((entry) => !chosen.includes(entry))
  for (const [i, { name, file }] of chosen.entries()) {
    const needed = file?.dependsOn
      .map(({ version }) => waiting.find((entry) => entry.version === version))
      .find((entry) => entry !== undefined)
    if (needed === undefined) continue
    const last = chosen[i - 1]?.name
    const before =
      last === undefined ? '' : `; or only what comes before it: nself db migrate up --phase expand --to ${last}`
    throw new NselfError('refused', `${name} depends on ${needed.name}, which waits until the new release is out`, {
      hint: `make ${name} a contract too (-- nself: phase contract), or apply both: nself db migrate up${before}; nothing was run`,
    })
  }
}

/** The error with which `up --phase expand` would stop for that; null where it would not. */
export function leftDependency(state: State): NselfError | null {
  const open = ({ status, file }: Entry) =>
    (status === 'pending' || status === 'failed') && file !== null && file.phase !== 'contract'
  try {
    refuseLeftDependency(state.entries.filter(open), state)
    return null
  } catch (error) {
    if (error instanceof NselfError) return error
    throw error
  }
}
