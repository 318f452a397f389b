import { NselfError } from '../errors.ts'
import type { Migration } from '../migration/migration.ts'
import { isNameable } from '../migration/replaces-header.ts'
import { compare } from '../migration/state.ts'
import { compareVersions } from '../migration/version.ts'
import { unknownVersion } from '../plan/plan.ts'
import { refuseEmpty } from '../plan/refusals/empty.ts'
import { refuseBesideParts } from '../plan/refusals/half-squashed.ts'
import { refuseTwins } from '../plan/refusals/twins.ts'

/**
 * The migrations up to a version, in the order in which they run, as one file can stand for them.
 * @param to canonical.
 * @throws NselfError `usage` for an unknown version or a single migration; `refused`, `conflict`, `invalid-migration` for
 *   what cannot become part of one file.
 */
export function partsUpTo(files: readonly Migration[], to: string): Migration[] {
  const state = compare(files, [])
  refuseBesideParts(state)
  refuseTwins(state)
  if (!files.some(({ version }) => version === to)) throw unknownVersion(to)
  const chosen = state.entries.filter(({ version }) => compareVersions(version, to) <= 0)
  refuseEmpty(chosen)
  const parts = chosen.flatMap(({ file }) => file ?? [])
  const [first, second] = parts
  if (first !== undefined && second === undefined) {
    throw new NselfError('usage', `there is nothing to squash: up to ${to} there is only ${first.name}`, {
      hint: 'name a later version; nothing was written',
    })
  }
  for (const file of parts) refuseUnfit(file, to)
  return parts
}

/** What makes more of a migration than one file can say. */
function refuseUnfit({ name, up, dependsOn }: Migration, to: string): void {
  if (!isNameable(name)) {
    throw new NselfError('usage', `the name of ${name}.sql has a blank, a comma or an @, so a header cannot name it`, {
      hint: 'rename the file, and run: nself db migrate up; nothing was written',
    })
  }
  const later = dependsOn.find(({ version }) => compareVersions(version, to) > 0)
  if (later !== undefined) {
    throw new NselfError('refused', `${name} depends on ${later.text}, which comes after ${to}`, {
      hint: `squash up to ${later.text}, so that both are in one file; nothing was written`,
    })
  }
  const [use] = up.kind === 'held' ? up.uses : []
  if (use === undefined) return
  throw new NselfError('refused', `${name} uses the variable ${use.name}, so what it makes differs between databases`, {
    hint: 'squash up to the migration before it; nothing was written',
  })
}

/** A file that stands for others which are still beside it: what a squash that was interrupted has left. */
export function interruptedAt(files: readonly Migration[], to: string): { file: Migration; parts: Migration[] } | null {
  for (const file of files) {
    if (file.version !== to || file.replaces.length === 0) continue
    const parts = files.filter((one) =>
      file.replaces.some(({ version, name }) => one.version === version && one.name === name),
    )
    if (parts.length > 0) return { file, parts }
  }
  return null
}
