import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile, type CheckFinding, countsOf, firstOf, type RuleSum } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'
import { counted } from '../../core/quantities.ts'
import { caveatOf, provenWords } from './check-caveat.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'

const evidenceShown = 6

/** More would not be read from the first to the last. */
const mostShown = 20

/**
 * By file, the worst first, and the sum in the last line. Sentences are folded to the width; what is shown of files and rows is not.
 * @param most findings; of more the rest is told in sums.
 */
export function renderCheck(result: CheckResult, paint: Paint, width: number, most = mostShown): string {
  const { shown, sums } = firstOf(result.findings, most)
  const lines = byFile(shown).flatMap(({ path, findings }) => [
    paint.bold(path),
    ...findings.flatMap((one) => findingLines(one, paint, width)),
    '',
  ])
  const pages =
    result.findings.length === 0
      ? []
      : [paint.dim(fold('Each rule is explained in docs/rules/RULE.md of the nself package', width, '  '))]
  return [
    ...lines,
    ...sumLines(sums, paint, width),
    ...pages,
    ...partLines(result, paint, width),
    fold(sumLine(result, paint), width, '  '),
  ].join('\n')
}

/** `    41 files  note     lint/prefer-text-field, first in …/001_users.sql:3` */
function sumLines(sums: readonly RuleSum[], paint: Paint, width: number): string[] {
  if (sums.length === 0) return []
  const lines = sums.map(({ rule, severity, count, files, first }) => {
    const where = `${count} in ${counted(files, 'file')}`
    return `  ${where.padStart(20)}  ${paint[colours[severity]](severity.padEnd(7))}  ${rule}  ${paint.dim(`first ${first.path}:${first.line}`)}`
  })
  const whole = 'All of them, one by one: the same command with --report check.md, or with --json'
  return [paint.bold('Also found'), ...lines, '', fold(whole, width, '  '), '']
}

const colours: Record<Severity, keyof Paint> = { error: 'red', warning: 'yellow', note: 'cyan' }

function findingLines(found: CheckFinding, paint: Paint, width: number): string[] {
  const { severity, place, message, instead, evidence, rule } = found
  const more = evidence.length - evidenceShown
  const shown = more > 1 ? [...evidence.slice(0, evidenceShown), `and ${more} more`] : evidence
  const said = fold(`${message}  ${rule}`, width, ' '.repeat(besideSeverity), besideSeverity)
  return [
    `  ${String(place.line).padStart(4)}  ${paint[colours[severity]](severity.padEnd(7))}  ${said.slice(0, -rule.length)}${paint.dim(rule)}`,
    ...shown.map((line) => `        ${line}`),
    ...(instead === ''
      ? []
      : [`        ${paint.cyan('Next:')} ${fold(instead, width, ' '.repeat(besideNext), besideNext)}`]),
  ]
}

/** The columns in which a message begins, and what is to be done. */
const [besideSeverity, besideNext] = [17, 14]

function partLines({ parts }: CheckResult, paint: Paint, width: number): string[] {
  return parts.flatMap((part) => {
    const caveat = caveatOf(part)
    return caveat === null ? [] : [paint.yellow(fold(caveat, width, '  '))]
  })
}

function sumLine({ findings, scope, proven, parts }: CheckResult, paint: Paint): string {
  const counts = countsOf(findings).filter(({ count }) => count > 0)
  const found = counts.map(({ severity, count }) => counted(count, severity)).join(', ')
  const sum = found === '' ? paint.green('No findings') : found
  return `${sum} in ${scope}${provenWords({ parts, proven })}`
}
