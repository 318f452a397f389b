import type { NselfError } from '../../core/errors.ts'
import { mapTexts } from '../../core/map-texts.ts'
import type { FailureReport } from '../../core/report.ts'
import { excerptLines, redactExcerpt } from './excerpt.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { redact } from './redact.ts'
import { standingLine } from './standing.ts'
import { visible, visibleIn } from './visible.ts'

/**
 * An error as the lines that a person reads: what, where, what PostgreSQL adds, how things stand, what to type next.
 * @param width how many columns the terminal has.
 */
export function renderError(error: NselfError, paint: Paint, width = Number.POSITIVE_INFINITY): string {
  const { message, server, hint, report } = mapTexts(partsOf(error), (part) => redact(visible(part)))
  const location = error.location && visibleIn(error.location)
  if (error.code === 'no-project') return redact([fold(message, width, '  '), ...hintLines(hint, width)].join('\n'))
  // Who says no has made no error.
  const isCancelled = error.code === 'not-confirmed' && hint === undefined
  const text = isCancelled ? message : `Error: ${withoutName(message, report)}`
  const lines = [fold(text, width, '  ').replace(/^Error:/, paint.red('Error:'))]
  const excerpt = location && excerptLines(redactExcerpt(location), server?.detail, paint, width)
  if (excerpt) lines.push(...excerpt.lines)
  if (server?.detail && !excerpt?.remarked) lines.push(addition('DETAIL', server.detail, width))
  if (server?.hint) lines.push(addition('HINT', server.hint, width))
  if (server?.where) lines.push(addition('CONTEXT', server.where, width))
  lines.push(...faultLines(report))
  const standing = report && standingLine(report, width)
  if (standing) lines.push(standing)
  if (hint) lines.push(nextLine(withGivenFlags(hint), paint, width))
  return redact(lines.join('\n'))
}

/** The step that failed is named above, and its file below. */
function withoutName(message: string, report: FailureReport | undefined): string {
  if (report?.kind !== 'run' && report?.kind !== 'seed') return message
  const failed = report.steps.find(({ outcome }) => outcome === 'failed')
  const start = `${failed?.name} failed: `
  return message.startsWith(start) ? message.slice(start.length) : message
}

/** What PostgreSQL adds, under its own word for it. */
function addition(label: string, text: string, width: number): string {
  const indent = ' '.repeat(label.length + 4)
  return `  ${label}: ${text
    .split('\n')
    .map((line) => fold(line, width, indent, indent.length))
    .join(`\n${indent}`)}`
}

function nextLine(hint: string, paint: Paint, width: number): string {
  return `${paint.cyan('Next:')} ${fold(hint, width, '      ', 6)}`
}

/** What can be typed, a line each; what it does is folded in the column where it begins. */
function hintLines(hint: string | undefined, width: number): string[] {
  return (hint ?? '').split('\n').map((line) => {
    const [command = '', does = ''] = /^(.* {2,})?(.*)$/.exec(line)?.slice(1) ?? []
    const indent = ' '.repeat(command.length + 2)
    return `  ${command}${fold(does, width, indent, indent.length)}`
  })
}

/** Redacted one by one: folded, a password may be on two lines. */
const partsOf = ({ message, server, hint, report }: NselfError) => ({ message, server, hint, report })

const faultsShown = 10

/** The faults after the first one, which is the error itself. */
function faultLines(report: FailureReport | undefined): string[] {
  const [, ...more] = report?.kind === 'design-faults' ? report.faults : []
  const lines = more.slice(0, faultsShown).map(({ message, location }) => {
    const place = location === null ? '' : `${location.path}:${location.line}:${location.column} `
    return `  ${place}${message}`
  })
  const rest = more.length > faultsShown ? [`  and ${more.length - faultsShown} more`] : []
  return more.length === 0 ? [] : ['Also:', ...lines, ...rest]
}
