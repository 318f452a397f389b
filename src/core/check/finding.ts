import { type RuleName, rules, type Severity, severities } from '../check-rules.ts'

/** The parts of a check, in the order in which they run. */
export const checkParts = ['parse', 'lint', 'proof', 'rows', 'queries', 'merge', 'probe'] as const
export type CheckPart = (typeof checkParts)[number]

/** Where a finding stands; line and column count from 1. */
interface Place {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** Something that a person should know of a migration before it runs anywhere. */
export interface CheckFinding {
  /** As docs/rules has it: `proof/down-differs`. */
  readonly rule: RuleName
  readonly severity: Severity
  readonly migration: string
  readonly place: Place
  /** What is wrong, and why that matters: one sentence. */
  readonly message: string
  /** What to do about it. */
  readonly instead: string
  /** What shows it: differences of the schema, what the server said. */
  readonly evidence: readonly string[]
}

/** A finding with the severity of its rule. */
export function finding(rule: RuleName, rest: Omit<CheckFinding, 'rule' | 'severity'>): CheckFinding {
  return { rule, severity: rules[rule].severity, ...rest }
}

/** Whether one of that severity is as bad as `limit`, or worse. */
export function isAsBadAs(severity: Severity, limit: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(limit)
}

/** How many there are of each severity, the worst first. */
export function countsOf(findings: readonly CheckFinding[]): { readonly severity: Severity; readonly count: number }[] {
  return severities.map((severity) => ({
    severity,
    count: findings.filter((one) => one.severity === severity).length,
  }))
}

export interface FileFindings {
  readonly path: string
  /** The worst first, then by place. */
  readonly findings: readonly CheckFinding[]
}

/** Findings by file: the file with the worst first, then by path. */
export function byFile(findings: readonly CheckFinding[]): FileFindings[] {
  const files = new Map<string, CheckFinding[]>()
  for (const one of findings) files.set(one.place.path, [...(files.get(one.place.path) ?? []), one])
  const sorted = [...files].map(([path, list]) => ({ path, findings: list.sort(byBadness) }))
  const worst = ({ findings: [first] }: FileFindings) => severities.indexOf(first?.severity ?? 'note')
  return sorted.sort((a, b) => worst(a) - worst(b) || (a.path < b.path ? -1 : 1))
}

function byBadness(a: CheckFinding, b: CheckFinding): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.place.line - b.place.line
}

/** What of many findings a person reads first. */
export interface FirstFindings {
  readonly shown: readonly CheckFinding[]
  /** The rest by rule: the worst first, then those in most files. */
  readonly sums: readonly RuleSum[]
}

/** Findings of one rule that are not shown one by one. */
export interface RuleSum {
  readonly rule: RuleName
  readonly severity: Severity
  readonly count: number
  readonly files: number
  readonly first: Place
}

/** All of them where they are few; otherwise the worst in full, without notes, and the rest as sums. */
export function firstOf(findings: readonly CheckFinding[], most: number): FirstFindings {
  if (findings.length <= most) return { shown: findings, sums: [] }
  const worst = byFile(findings)
    .flatMap((file) => file.findings)
    .filter(({ severity }) => severity !== 'note')
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
  const shown = worst.slice(0, most)
  const rest = new Set(findings)
  for (const one of shown) rest.delete(one)
  return { shown, sums: sumsOf([...rest]) }
}

function sumsOf(findings: readonly CheckFinding[]): RuleSum[] {
  const groups = new Map<string, CheckFinding[]>()
  for (const one of findings) {
    const key = `${one.severity} ${one.rule}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
    .flatMap((group): RuleSum[] => {
      const [first] = [...group].sort((a, b) => (a.place.path < b.place.path ? -1 : 1))
      if (first === undefined) return []
      const files = new Set(group.map(({ place }) => place.path)).size
      return [{ rule: first.rule, severity: first.severity, count: group.length, files, first: first.place }]
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.files - a.files)
}
