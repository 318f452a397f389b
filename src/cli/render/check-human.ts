import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile, type CheckFinding, countsOf, firstOf, type RuleSum } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'
import { cutTo, displayWidth } from '../../core/display-width.ts'
import { counted } from '../../core/quantities.ts'
import { caveatOf, provenWords } from './check-caveat.ts'
import { fold } from './fold.ts'
import { type Paint, plainPaint } from './paint.ts'

/** How much of a report is shown, where not all of it fits. */
interface Extent {
  readonly findings: number
  /** Lines of evidence of each finding. */
  readonly evidence: number
  /** Rules that are told in one line each. */
  readonly sums: number
}

const everything: Extent = { findings: Number.POSITIVE_INFINITY, evidence: 6, sums: Number.POSITIVE_INFINITY }

/** Lines of one screen, with room for the prompt and the command. */
const screen = 40

/** More would not be read from the first to the last; so many are shown however long they are. */
const [mostShown, fewestShown] = [20, 3]

/**
 * By file, the worst first, and the sum in the last line. Sentences are folded to the width; what is shown of files and rows is not.
 * @param lines the report may take; of more findings than fit the rest is told in sums.
 */
export function renderCheck(result: CheckResult, paint: Paint, width: number, lines = screen): string {
  const extent = extents(result).find((one) => rowsOf(rendered(result, plainPaint, width, one), width) <= lines)
  return rendered(result, paint, width, extent ?? { findings: fewestShown, evidence: 1, sums: 8 })
}

/** From all of a report to the least of it. */
function extents({ findings }: CheckResult): Extent[] {
  const counts = [...Array(mostShown + 1).keys()].slice(fewestShown).reverse()
  return [
    everything,
    ...counts
      .filter((count) => count < findings.length)
      .map((count) => ({ findings: count, evidence: 2, sums: Math.max(8, mostShown - count) })),
  ]
}

/** The rows that a text takes on a terminal, which breaks what is wider. */
function rowsOf(text: string, width: number): number {
  return text.split('\n').reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / width)), 0)
}

function rendered(result: CheckResult, paint: Paint, width: number, extent: Extent): string {
  const { shown, sums } = firstOf(result.findings, extent.findings)
  const lines = byFile(shown).flatMap(({ path, findings }) => [
    paint.bold(path),
    ...findings.flatMap((one) => findingLines(one, paint, width, extent.evidence)),
    '',
  ])
  const pages =
    result.findings.length === 0
      ? []
      : [paint.dim(fold('Each rule is explained in docs/rules/RULE.md of the nself package', width, '  '))]
  return [
    ...lines,
    ...sumLines(sums, extent.sums, paint, width),
    ...pages,
    ...partLines(result, paint, width),
    fold(sumLine(result, paint), width, '  '),
  ].join('\n')
}

/** `    41 in 41 files  note     lint/prefer-text-field  …/001_users.sql:3` */
function sumLines(sums: readonly RuleSum[], most: number, paint: Paint, width: number): string[] {
  if (sums.length === 0) return []
  const more = sums.slice(most)
  const rest = more.reduce((sum, { count }) => sum + count, 0)
  const whole = 'All of them, one by one: the same command with --report check.md, or with --json'
  return [
    paint.bold('Also found, with the first place of each'),
    ...sums.slice(0, most).map((sum) => ruleLine(sum, paint, width)),
    ...(rest === 0 ? [] : [`${`${rest} more`.padStart(18)}  of ${counted(more.length, 'other rule')}`]),
    '',
    fold(whole, width, '  '),
  ]
}

/** The place without its folder, or less of it, where that would be too wide. */
function ruleLine({ rule, severity, count, files, first }: RuleSum, paint: Paint, width: number): string {
  const where = `${count} in ${counted(files, 'file')}`.padStart(18)
  const place = `${first.path}:${first.line}`
  const room = width - displayWidth(`${where}  ${severity.padEnd(7)}  ${rule}  `)
  const shown = displayWidth(place) <= room ? place : cutTo(place.replace(/.*\//, ''), Math.max(1, room))
  return `${where}  ${paint[colours[severity]](severity.padEnd(7))}  ${rule}  ${paint.dim(shown)}`
}

const colours: Record<Severity, keyof Paint> = { error: 'red', warning: 'yellow', note: 'cyan' }

function findingLines(found: CheckFinding, paint: Paint, width: number, most: number): string[] {
  const { severity, place, message, instead, evidence, rule } = found
  const more = evidence.length - most
  const shown = more > 1 ? [...evidence.slice(0, most), `and ${more} more`] : evidence
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

function sumLine({ findings, scope, ...proof }: CheckResult, paint: Paint): string {
  const counts = countsOf(findings).filter(({ count }) => count > 0)
  const found = counts.map(({ severity, count }) => counted(count, severity)).join(', ')
  const sum = found === '' ? paint.green('No findings') : found
  return `${sum} in ${scope}${provenWords(proof)}`
}
