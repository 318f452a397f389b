import type { NselfError } from '../../../core/errors.ts'
import type { FailureReport } from '../../../core/report.ts'
import { redactExcerpt } from '../excerpt.ts'
import { withGivenFlags } from '../given-flags.ts'
import { redact } from '../redact.ts'
import { format } from './document.ts'
import { locationDocument, seedStepDocuments, stepDocuments } from './migrate.ts'

/** An error as the document that `--json` prints. Each text in it is redacted by itself: what stands around it must stay JSON. */
export function jsonError({ code, message, hint, location, server, report }: NselfError): string {
  const error = {
    code,
    message,
    hint: hint && withGivenFlags(hint),
    location: location && locationDocument(redactExcerpt(location)),
    server: server && { sqlstate: server.sqlstate, detail: server.detail, hint: server.hint, where: server.where },
    report: report && reportDocument(report),
  }
  const redacted = (_: string, value: unknown) => (typeof value === 'string' ? redact(value) : value)
  return JSON.stringify({ format, ok: false, error }, redacted)
}

/** What is no error of the user's: the stack, for a report. */
export function jsonBug(stack: string): string {
  return JSON.stringify({ format, ok: false, error: { code: 'bug', message: stack } })
}

function reportDocument(report: FailureReport) {
  switch (report.kind) {
    case 'run':
      return {
        kind: report.kind,
        action: report.action,
        steps: stepDocuments(report.steps),
        ...(report.rolledBack ? { rolledBack: report.rolledBack } : {}),
      }
    case 'seed':
      return {
        kind: report.kind,
        action: report.action,
        steps: seedStepDocuments(report.steps),
      }
    case 'design-faults':
      return {
        kind: report.kind,
        faults: report.faults.map(({ message, location }) => ({
          message,
          location: location && locationDocument(redactExcerpt(location)),
        })),
      }
    case 'differences':
      return {
        kind: report.kind,
        differences: report.differences.map(({ sign, kind, name }) => ({ sign, kind, name })),
      }
  }
}
