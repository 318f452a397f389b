import { canonicalVersion, compareVersions } from '../migration/version.ts'
import { obstacle } from './tools/files.ts'
import type { Problem, SourceMigration } from './tools/tool.ts'

/** `found`: the tool's own numbers; `sequence`: 001, 002 …; `timestamp`: 14 digits. */
export type Numbering = 'found' | 'sequence' | 'timestamp'

export interface TargetNames {
  /** By the key of each migration: `001_create_users`. */
  readonly names: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
  /** Why the numbers were not kept, where they could not be. */
  readonly note: string | null
}

export interface NamingRequest {
  readonly migrations: readonly SourceMigration[]
  readonly numbering: Numbering
  /** Names that an earlier run has given, by key. */
  readonly given: ReadonlyMap<string, string>
  /** Names of all files that are in our folder. */
  readonly taken: readonly string[]
  /** 14 digits, for migrations that tell no time. */
  readonly now: string
  /** When each was applied, 14 digits, by key. */
  readonly times: ReadonlyMap<string, string>
}

/** Names the files that migrations of another tool become: what an earlier run named stays. */
export function targetNames(request: NamingRequest): TargetNames {
  const { migrations, given } = request
  const unnumbered = migrations.filter(({ number }) => number === null)
  const isOrdered = inOrder(migrations)
  const isFound = request.numbering === 'found' && unnumbered.length === 0 && isOrdered
  const numbers = isFound ? foundNumbers(migrations) : newNumbers(request)
  const names = new Map(
    migrations.map((one) => [one.key, given.get(one.key) ?? `${numbers.get(one.key)}_${titleOf(one)}`]),
  )
  const note =
    request.numbering === 'found' && !isFound && migrations.some(({ key }) => !given.has(key))
      ? isOrdered
        ? 'has migrations without a number that is all digits'
        : 'has migrations that the tool does not run in the order of their numbers'
      : null
  return { names, note, problems: collisions(request, names) }
}

/** Whether the tool runs them in the order of their numbers. */
function inOrder(migrations: readonly SourceMigration[]): boolean {
  const numbers = migrations.flatMap(({ number }) => (number === null ? [] : [canonicalVersion(number)]))
  return numbers.every((number, i) => i === 0 || compareVersions(numbers[i - 1] ?? '0', number) <= 0)
}

const foundNumbers = (migrations: readonly SourceMigration[]) =>
  new Map(migrations.map(({ key, number }) => [key, number ?? '']))

/** Behind what is numbered already. */
function newNumbers({ migrations, numbering, given, taken, now, times }: NamingRequest): Map<string, string> {
  const open = migrations.filter(({ key }) => !given.has(key))
  const last = taken.map(versionOf).toSorted(compareVersions).at(-1) ?? '0'
  if (numbering !== 'timestamp') {
    const width = Math.max(3, String(BigInt(last) + BigInt(open.length)).length)
    return new Map(open.map(({ key }, i) => [key, String(BigInt(last) + BigInt(i + 1)).padStart(width, '0')]))
  }
  let before = last
  return new Map(
    open.map((one): [string, string] => {
      const own = timestampOf(one.number) ?? times.get(one.key) ?? now
      before = compareVersions(own, before) > 0 ? own : String(BigInt(before) + 1n)
      return [one.key, before.padStart(14, '0')]
    }),
  )
}

/** The number of a baseline: 0 in front of files that are there, none where one of them is 0 itself. */
export function baselineNumber(own: readonly string[], first: string): string | null {
  const digits = own.flatMap((name) => /^\d+/.exec(name)?.[0] ?? [])
  if (digits.length === 0) return first
  return digits.some((one) => /^0+$/.test(one)) ? null : '0'.repeat(Math.min(...digits.map(({ length }) => length)))
}

const versionOf = (name: string) => canonicalVersion(/^\d+/.exec(name)?.[0] ?? '0')

/** The time that a number tells, as 14 digits; null for one that tells none. */
export function timestampOf(number: string | null): string | null {
  if (number === null) return null
  if (/^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d/.test(number))
    return number.slice(0, 14)
  const ms = /^1\d{12}$/.test(number) ? Number(number) : /^1\d{9}$/.test(number) ? 1000 * Number(number) : null
  return ms === null ? null : new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)
}

/** What a file may be called on every system, without what a shell has to quote. */
export function titleOf({ title }: SourceMigration): string {
  const clean = title
    .trim()
    .replace(/[^\p{L}\p{N}_.-]+/gu, '_')
    .replace(/^[_.-]+|[_.-]+$/g, '')
    .slice(0, 120)
  return clean === '' ? 'migration' : clean
}

function collisions({ migrations, given, taken }: NamingRequest, names: ReadonlyMap<string, string>): Problem[] {
  const ours = new Map(taken.map((name) => [versionOf(name), name]))
  const seen = new Map<string, SourceMigration>()
  const problems: Problem[] = []
  for (const one of migrations) {
    const name = names.get(one.key) ?? ''
    const version = versionOf(name)
    const twin = seen.get(version)
    const own = given.has(one.key) ? undefined : ours.get(version)
    const file = one.files[0] ?? one.key
    const choice = 'number all of them in their order: nself db adopt --renumber; or rename one of the files'
    if (twin !== undefined) {
      problems.push(obstacle(file, `has the number of ${twin.files[0]}`, 'nself needs a number for each', choice))
    } else if (own !== undefined && own !== name) {
      problems.push(
        obstacle(file, `has the number of ${own}, which is already in nself's folder`, 'neither is touched', choice),
      )
    }
    seen.set(version, one)
  }
  return problems
}
