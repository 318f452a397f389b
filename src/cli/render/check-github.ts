import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile } from '../../core/check/finding.ts'
import { rules } from '../../core/check-rules.ts'
import { caveatOf } from './check-caveat.ts'
import { workflowCommand } from './workflow-command.ts'

/** Annotations as GitHub's runner reads them from what a step prints: of the findings, and of parts that are not complete. */
export function renderGithub({ findings, parts }: CheckResult): string {
  const all = byFile(findings).flatMap((file) => file.findings)
  const found = all.map(({ severity, place: { path: file, line, column: col }, message, instead, evidence, rule }) =>
    workflowCommand(
      severity === 'note' ? 'notice' : severity,
      { file, line, col, title: `${rules[rule].title} (${rule})` },
      [message, ...evidence, ...(instead === '' ? [] : [`Next: ${instead}`])].join('\n'),
    ),
  )
  const caveats = parts.flatMap((part) => {
    const caveat = caveatOf(part)
    const kind = part.outcome === 'incomplete' ? 'error' : 'warning'
    return caveat === null ? [] : [workflowCommand(kind, { title: 'nself: check' }, caveat)]
  })
  return [...found, ...caveats].join('\n')
}
