import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile, type CheckFinding, countsOf } from '../../core/check/finding.ts'
import { counted } from '../../core/quantities.ts'
import { caveatOf, provenWords } from './check-caveat.ts'

/** A comment on a pull request: the sum, a line for each finding, and the rest folded away. */
export function renderMarkdown({ findings, scope, proven, parts, migrations }: CheckResult): string {
  const counts = countsOf(findings).filter(({ count }) => count > 0)
  const sum = counts.map(({ severity, count }) => counted(count, severity)).join(', ')
  const caveats = parts.flatMap((part) => {
    const caveat = caveatOf(part)
    return caveat === null ? [] : [`- ${plain(caveat)}`]
  })
  const files = byFile(findings).flatMap((file) => [
    `**${plain(file.path)}**`,
    '',
    ...file.findings.flatMap(findingLines),
    '',
  ])
  const head = `### Migrations: ${sum === '' ? 'no findings' : sum}`
  const told = caveats.length === 0 ? [] : [...caveats, '']
  return [head, '', `${plain(scope)}${provenWords({ parts, proven, migrations })}.`, '', ...told, ...files]
    .join('\n')
    .trimEnd()
}

function findingLines({ severity, place, message, instead, evidence, rule }: CheckFinding): string[] {
  const line = `- ${severity}, line ${place.line}: ${plain(message)} (\`${rule}\`)`
  const more = [...evidence, ...(instead === '' ? [] : [`Next: ${instead}`])]
  if (more.length === 0) return [line]
  const fence = '`'.repeat(Math.max(3, ...more.map((text) => longestRun(text) + 1)))
  return [
    line,
    '  <details><summary>Details</summary>',
    '',
    `  ${fence}text`,
    ...more.flatMap((text) => text.split('\n').map((part) => `  ${part}`)),
    `  ${fence}`,
    '  </details>',
  ]
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length))

/** GitHub and GitLab look for names and numbers in what Markdown has become, where a backslash is gone: a space of no width is not. */
const apart = '&#8203;'
const entities: Readonly<Record<string, string>> = { '<': '&lt;', '&': '&amp;', '@': `@${apart}`, '#': `#${apart}` }

/** Names and messages hold what Markdown and HTML would take for their own, and what would call people or issues. */
export function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>&#|~@]/g, (character) => entities[character] ?? `\\${character}`)
    .replace(/!(?=\d)/g, `!${apart}`)
}
