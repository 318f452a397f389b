import type { CheckFinding } from '../check/finding.ts'
import type { RuleName } from '../check-rules.ts'
import { type LintRule, lintRules } from '../lint-rules.ts'
import { blockedBy } from './lock-times.ts'
import type { RehearsedStatement, StatementPlace } from './rehearsed.ts'

/** Where a rehearsal and lint do not say the same of a statement. */
export interface Disagreement {
  readonly place: StatementPlace
  /** The rule of lint; null where lint found nothing. */
  readonly rule: string | null
  readonly message: string
}

/** What a finding of lint says that a statement does to a whole table. */
type Claim = 'rewrites' | 'scans' | 'rewrites or scans'

const claims: Partial<Record<LintRule, Claim>> = {
  'lint/rewriting-table': 'rewrites',
  'lint/adding-field-with-default': 'rewrites',
  'lint/changing-column-type': 'rewrites or scans',
  'lint/adding-not-nullable-field': 'scans',
  'lint/constraint-missing-not-valid': 'scans',
  'lint/validate-in-same-transaction': 'scans',
  'lint/attach-partition-scans': 'scans',
  'lint/ban-alter-domain-with-add-constraint': 'scans',
}

/** These write something anew too, and say so in other words. */
const alsoRewrites: readonly RuleName[] = ['lint/refresh-blocks-reads']

/**
 * @param findings those of lint, of UP, whatever their severity.
 * @param isWhole false where lint ran without squawk, whose rules know of indexes: what it does not say of scans is nothing then.
 */
export function compareWithLint(
  statements: readonly RehearsedStatement[],
  findings: readonly CheckFinding[],
  isWhole: boolean,
): Disagreement[] {
  return statements.flatMap((statement) => {
    const { place } = statement
    const own = findings.filter(
      (found) =>
        found.migration === place.migration && found.place.line >= place.line && found.place.line <= place.lastLine,
    )
    return [
      ...notSeen(statement, own),
      ...rewriteNotSaid(statement, own),
      ...(isWhole ? scanNotSaid(statement, own) : []),
    ]
  })
}

const claimOf = ({ rule }: CheckFinding): Claim | undefined => (isLint(rule) ? claims[rule] : undefined)
const isLint = (rule: RuleName): rule is LintRule => Object.hasOwn(lintRules, rule)

/** What lint says and nobody saw. */
function notSeen({ place, rewritten, scanned }: RehearsedStatement, own: readonly CheckFinding[]): Disagreement[] {
  const wasScanned = rewritten.length > 0 || scanned === null || scanned.length > 0
  const said = new Map(own.map((found) => [found.rule, claimOf(found)]))
  return [...said].flatMap(([rule, claim]) => {
    if (claim === 'rewrites' && rewritten.length === 0)
      return [{ place, rule, message: `lint says that it rewrites a table (${rule}); here none was rewritten` }]
    if (claim === 'rewrites or scans' && !wasScanned)
      return [{ place, rule, message: `lint says that it rewrites or scans a table (${rule}); here neither was seen` }]
    if (claim === 'scans' && !wasScanned)
      return [{ place, rule, message: `lint says that it scans a table (${rule}); here no scan was seen` }]
    return []
  })
}

function rewriteNotSaid({ place, rewritten }: RehearsedStatement, own: readonly CheckFinding[]): Disagreement[] {
  const isSaid = own.some((one) => claimOf(one)?.startsWith('rewrites') || alsoRewrites.includes(one.rule))
  if (rewritten.length === 0 || isSaid) return []
  return [{ place, rule: null, message: `${rewritten.join(', ')} was rewritten, and lint did not say so` }]
}

/** Lint has no word for scans that keep nobody waiting. */
function scanNotSaid({ place, scanned, locks }: RehearsedStatement, own: readonly CheckFinding[]): Disagreement[] {
  const locked = new Set(locks.filter(({ mode }) => blockedBy(mode).writes).map(({ table }) => table))
  const quiet = (scanned ?? []).filter(({ table }) => locked.has(table)).map(({ table }) => table)
  const isSaid = own.some(({ rule }) => isLint(rule) && lintRules[rule].about === 'lock')
  if (quiet.length === 0 || isSaid) return []
  const message = `${quiet.join(', ')} was scanned while others had to wait, and lint did not say so`
  return [{ place, rule: null, message }]
}
