import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile, type CheckFinding, countsOf } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'
import { caveatOf, provenWords } from './check-caveat.ts'
import type { Paint } from './paint.ts'

const evidenceShown = 6

/** By file, the worst first, and the sum in the last line. */
export function renderCheck(result: CheckResult, paint: Paint): string {
  const lines = byFile(result.findings).flatMap(({ path, findings }) => [
    paint.bold(path),
    ...findings.flatMap((one) => findingLines(one, paint)),
    '',
  ])
  const pages =
    lines.length === 0 ? [] : [paint.dim('Each rule has a page in the package of nself: docs/rules/RULE.md')]
  return [...lines, ...pages, ...partLines(result, paint), sumLine(result, paint)].join('\n')
}

const colours: Record<Severity, keyof Paint> = { error: 'red', warning: 'yellow', note: 'cyan' }

function findingLines({ severity, place, message, instead, evidence, rule }: CheckFinding, paint: Paint): string[] {
  const more = evidence.length - evidenceShown
  const shown = more > 1 ? [...evidence.slice(0, evidenceShown), `and ${more} more`] : evidence
  return [
    `  ${String(place.line).padStart(4)}  ${paint[colours[severity]](severity.padEnd(7))}  ${message}  ${paint.dim(rule)}`,
    ...shown.map((line) => `        ${line}`),
    ...(instead === '' ? [] : [`        ${paint.cyan('Next:')} ${instead}`]),
  ]
}

function partLines({ parts }: CheckResult, paint: Paint): string[] {
  return parts.flatMap((part) => {
    const caveat = caveatOf(part)
    return caveat === null ? [] : [paint.yellow(caveat)]
  })
}

function sumLine({ findings, scope, proven, parts }: CheckResult, paint: Paint): string {
  const counts = countsOf(findings).filter(({ count }) => count > 0)
  const found = counts.map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`).join(', ')
  const sum = found === '' ? paint.green('No findings') : found
  return `${sum} in ${scope}${provenWords({ parts, proven })}`
}
