import type { CheckResult } from '../../commands/shared/check-results.ts'
import { byFile } from '../../core/check/finding.ts'
import { rules } from '../../core/check-rules.ts'
import { workflowCommand } from './workflow-command.ts'

/** Annotations as GitHub's runner reads them from what a step prints. */
export function renderGithub({ findings }: CheckResult): string {
  const all = byFile(findings).flatMap((file) => file.findings)
  return all
    .map(({ severity, place: { path: file, line, column: col }, message, instead, evidence, rule }) =>
      workflowCommand(
        severity === 'note' ? 'notice' : severity,
        { file, line, col, title: `${rules[rule].title} (${rule})` },
        [message, ...evidence, ...(instead === '' ? [] : [instead])].join('\n'),
      ),
    )
    .join('\n')
}
