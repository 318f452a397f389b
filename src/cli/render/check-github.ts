import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile } from '../../core/check/finding.ts'
import { rules } from '../../core/check-rules.ts'

/** Annotations as GitHub's runner reads them from what a step prints. */
export function renderGithub({ findings }: CheckResult): string {
  const all = byFile(findings).flatMap((file) => file.findings)
  return all
    .map(({ severity, place, message, instead, evidence, rule }) =>
      annotation({
        level: severity === 'note' ? 'notice' : severity,
        file: place.path,
        line: place.line,
        column: place.column,
        title: `${rules[rule].title} (${rule})`,
        text: [message, ...evidence, ...(instead === '' ? [] : [instead])].join('\n'),
      }),
    )
    .join('\n')
}

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly title: string
  readonly text: string
}

/** One annotation: what would end it, or one of its properties, is written in the runner's own way. */
function annotation({ level, file, line, column, title, text }: Annotation): string {
  const properties = { file, line: String(line), col: String(column), title }
  const written = Object.entries(properties).map(([name, value]) => `${name}=${propertyText(value)}`)
  return `::${level} ${written.join(',')}::${messageText(text)}`
}

const messageText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const propertyText = (text: string): string => messageText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
