import { seenChecksumOf } from '../migration/checksum.ts'
import type { Migration } from '../migration/migration.ts'
import { compareVersions } from '../migration/version.ts'

/** The migrations of two branches, and what they had when they parted. */
export interface Branches {
  readonly here: readonly Migration[]
  readonly there: readonly Migration[]
  /** Names. */
  readonly fork: ReadonlySet<string>
  /** Names of those whose file is not as it was then. */
  readonly changedHere: ReadonlySet<string>
}

/** How the migrations of a branch go together with those of another one, by their files alone. */
export interface BranchComparison {
  readonly newHere: readonly Migration[]
  readonly newThere: readonly Migration[]
  /** New ones of both that have one number, or one name with another UP. */
  readonly sameNumber: readonly (readonly [here: Migration, there: Migration])[]
  /** New here, with a lower number than the last one there. */
  readonly older: readonly { readonly file: Migration; readonly last: Migration }[]
  readonly edited: readonly { readonly file: Migration; readonly isHere: boolean }[]
  /** Gone here, and what has its UP now under another name. */
  readonly gone: readonly { readonly file: Migration; readonly now: Migration | null }[]
  readonly missing: readonly { readonly file: Migration; readonly needs: string }[]
}

/** What each of two branches has added or changed since they parted. */
export function compareBranches(branches: Branches): BranchComparison {
  const { here, there, fork, changedHere } = branches
  const namedHere = byName(here)
  const namedThere = byName(there)
  const newHere = here.filter(({ name }) => !fork.has(name) && !namedThere.has(name))
  const newThere = there.filter(({ name }) => !fork.has(name) && !namedHere.has(name))
  const both = here.flatMap((file) => {
    const other = namedThere.get(file.name)
    return other === undefined || isSame(file, other) ? [] : [[file, other] as const]
  })
  const twins = newHere.flatMap((file) => {
    const other = there.find(({ version }) => version === file.version)
    return other === undefined ? [] : [[file, other] as const]
  })
  const sameNumber = [...twins, ...both.filter(([{ name }]) => !fork.has(name))]
  const last = there.reduce<Migration | null>(
    (top, file) => (top === null || compareVersions(file.version, top.version) > 0 ? file : top),
    null,
  )
  const older = newHere.filter((file) => last !== null && compareVersions(file.version, last.version) < 0)
  const taken = new Set(sameNumber.map(([file]) => file))
  const gone = there.filter(({ name }) => fork.has(name) && !namedHere.has(name))
  return {
    newHere,
    newThere,
    sameNumber,
    older: older.filter((file) => !taken.has(file)).flatMap((file) => (last === null ? [] : { file, last })),
    edited: both.filter(([{ name }]) => fork.has(name)).map(([file]) => ({ file, isHere: changedHere.has(file.name) })),
    gone: gone.map((file) => ({ file, now: newHere.find((one) => isSame(one, file)) ?? null })),
    missing: missingNeeds(branches, [...newHere, ...newThere]),
  }
}

const byName = (files: readonly Migration[]) => new Map(files.map((file) => [file.name, file]))

/** What new ones of one branch need, and the other branch has taken away. */
function missingNeeds({ here, there, fork }: Branches, files: readonly Migration[]): BranchComparison['missing'] {
  const [namedHere, namedThere] = [byName(here), byName(there)]
  const merged = [...here, ...there].filter(
    ({ name }) => !fork.has(name) || (namedHere.has(name) && namedThere.has(name)),
  )
  const versions = new Set(merged.map(({ version }) => version))
  return files.flatMap((file) =>
    file.dependsOn.filter(({ version }) => !versions.has(version)).map(({ text }) => ({ file, needs: text })),
  )
}

/** Whether a server would see the same UP. */
function isSame(a: Migration, b: Migration): boolean {
  if (a.checksum === b.checksum) return true
  const seen = seenChecksumOf(a.up)
  return seen !== null && seen === seenChecksumOf(b.up)
}
