import { type CheckFinding, finding } from '../../core/check/finding.ts'
import type { RuleName } from '../../core/check-rules.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { counted } from '../../core/quantities.ts'
import { callsInWords } from '../../core/queries/calls.ts'
import type { Recording } from '../../core/queries/recording.ts'
import type { QueryFound } from '../../core/queries/release-walk.ts'
import { placeIn } from './found-at.ts'
import type { ReleaseFound } from './queries-visit.ts'

type Found = QueryFound<Migration>

/** What is told of the queries of one release: of each migration one finding for each kind of change. */
export function queryFindings({ recording, found, start }: ReleaseFound, eachByItself: boolean): CheckFinding[] {
  const groups = new Map<string, Found[]>()
  for (const one of found) {
    const key = [one.file.name, one.direction, ruleOf(one, eachByItself), one.until?.name ?? ''].join(' ')
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [
    ...[...groups.values()].flatMap((group) => groupFinding(recording, group, eachByItself)),
    ...notCounted(recording, start),
  ]
}

function ruleOf({ change, file, direction, until }: Found, eachByItself: boolean): RuleName {
  const { kind } = change
  if (kind !== 'breaks' && kind !== 'leaves-out') return `queries/${kind}`
  // The phase says that the release is gone by then; DOWN brings back the schema of one that runs.
  if (file.phase === 'contract' && direction === 'up') return 'queries/contract-breaks'
  if (kind === 'leaves-out') return 'queries/insert-leaves-out'
  return until !== null && !eachByItself ? 'queries/breaks-between' : 'queries/breaks'
}

const shown = 3

function groupFinding(recording: Recording, group: readonly Found[], eachByItself: boolean): CheckFinding[] {
  const sorted = [...group].sort((a, b) => b.query.calls - a.query.calls)
  const [first] = sorted
  if (first === undefined) return []
  const { file, direction, until } = first
  const rule = ruleOf(first, eachByItself)
  const section = direction === 'down' ? (file.down ?? file.up) : file.up
  const more = sorted.length - shown
  // Nobody knows what a trigger does.
  const isMild =
    rule === 'queries/insert-leaves-out' &&
    sorted.every(({ change }) => change.kind === 'leaves-out' && change.mayBeFilled)
  return [
    {
      ...finding(rule, {
        migration: file.name,
        place: placeIn(file, section),
        message: sentenceOf(first, rule, recording, sorted.length),
        instead: insteadOf(rule, until),
        evidence: [
          ...sorted.slice(0, shown).map(({ query, change }) => `${shortened(query.text)}: ${whatOf(change)}`),
          ...(more > 0 ? [`and ${more} more`] : []),
        ],
      }),
      ...(isMild ? { severity: 'warning' } : {}),
    },
  ]
}

function whatOf(change: Found['change']): string {
  const isFilled = change.kind === 'leaves-out' && change.mayBeFilled
  return isFilled ? `${change.what}, which a trigger may fill in` : change.what
}

/** `UP breaks 3 queries of v1.41 (most called 88,000 times a day)` */
function sentenceOf(
  { direction, query, file, until, change }: Found,
  rule: RuleName,
  recording: Recording,
  count: number,
): string {
  const section = direction.toUpperCase()
  const queries = `${counted(count, 'query', 'queries')} of ${recording.release}`
  const calls = callsInWords(query.calls, recording.per)
  const which = `${queries} (${count === 1 ? '' : 'most '}called ${calls})`
  if (change.kind === 'result-changes')
    return `after ${section} ${which} ${count === 1 ? 'returns' : 'return'} other columns`
  if (change.kind === 'parameter-changes') {
    return `after ${section} ${which} ${count === 1 ? 'takes' : 'take'} values of another type`
  }
  if (change.kind === 'leaves-out') {
    const what =
      count === 1 ? 'gives no value to a column that must have one' : 'give no value to columns that must have one'
    return `after ${section} ${which} ${what}`
  }
  return `${section} breaks ${which}${rule === 'queries/breaks-between' && until !== null ? `, between ${file.name} and ${until.name}` : ''}`
}

function insteadOf(rule: RuleName, until: Migration | null): string {
  if (rule === 'queries/insert-leaves-out')
    return 'give the column a default, or let it be NULL until the release is gone'
  if (rule === 'queries/breaks-between' && until !== null) {
    return `put what ${until.name} does into the same file: a migration is one transaction`
  }
  if (rule === 'queries/result-changes') return 'see whether the release reads these columns by name and type'
  if (rule === 'queries/parameter-changes') return 'see whether the release hands over values that the new type takes'
  if (rule === 'queries/contract-breaks') return 'run it when that release is gone'
  return 'keep what the release asks until it is gone: add first, and remove with -- nself: phase contract'
}

/** What could not be prepared before is no fault of a migration. */
function notCounted(recording: Recording, start: ReleaseFound['start']): CheckFinding[] {
  if (start === null || start.uncounted.length === 0) return []
  const { file, uncounted } = start
  const count = uncounted.length
  return [
    finding('queries/not-counted', {
      migration: file.name,
      place: placeIn(file, file.up),
      message: `${count} of ${recording.queries.length} queries of ${recording.release} cannot be prepared before this migration, and ${count === 1 ? 'is' : 'are'} not counted`,
      instead: 'record them again from a server that has the migrations before this one',
      evidence: uncounted.slice(0, shown).map(({ query, error }) => `${shortened(query.text)}: ${error}`),
    }),
  ]
}

const longest = 160

const shortened = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`)
