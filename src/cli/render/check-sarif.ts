import type { CheckResult, PartOutcome } from '../../commands/shared/check-results.ts'
import { byFile, type CheckFinding } from '../../core/check/finding.ts'
import { pageOf, type RuleName, ruleNames, rules } from '../../core/check-rules.ts'
import { caveatOf } from './check-caveat.ts'

/** SARIF 2.1.0, as code scanning takes it. */
export function renderSarif({ findings, parts }: CheckResult, version: string): string {
  const all = byFile(findings).flatMap((file) => file.findings)
  const document = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'nself', semanticVersion: version, rules: ruleNames.map(ruleOf) } },
        invocations: [invocationOf(parts)],
        columnKind: 'unicodeCodePoints',
        results: all.map(resultOf),
      },
    ],
  }
  return JSON.stringify(document, null, 2)
}

/** Whether every part got through, and what a reader must know of those that did not. */
function invocationOf(parts: readonly PartOutcome[]) {
  const told = parts.flatMap((part) => {
    const text = caveatOf(part)
    return text === null ? [] : [{ level: part.outcome === 'incomplete' ? 'error' : 'warning', message: { text } }]
  })
  return {
    executionSuccessful: parts.every(({ outcome }) => outcome !== 'incomplete'),
    ...(told.length === 0 ? {} : { toolExecutionNotifications: told }),
  }
}

function ruleOf(id: RuleName) {
  const { title, severity, isOff } = rules[id]
  return {
    id,
    shortDescription: { text: title },
    help: { text: `${pageOf(id)} in the package of nself` },
    defaultConfiguration: { level: severity, ...(isOff === true ? { enabled: false } : {}) },
  }
}

function resultOf({ rule, severity, place, message, instead, evidence }: CheckFinding) {
  return {
    ruleId: rule,
    level: severity,
    message: { text: [message, ...evidence, ...(instead === '' ? [] : [`Next: ${instead}`])].join('\n') },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: place.path.split(/[\\/]/).map(encodeURIComponent).join('/') },
          region: { startLine: place.line, startColumn: place.column },
        },
      },
    ],
  }
}
