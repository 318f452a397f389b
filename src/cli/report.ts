import { resolve } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import type { CheckResult, ReportFormat } from '../commands/shared/check-results.ts'
import { writeText } from '../project/text-file.ts'
import { renderGithub } from './render/check-github.ts'
import { renderCheck } from './render/check-human.ts'
import { renderMarkdown } from './render/check-markdown.ts'
import { renderSarif } from './render/check-sarif.ts'
import { jsonResult } from './render/json/document.ts'
import { plainPaint } from './render/paint.ts'
import { redact } from './render/redact.ts'

/** A check as another program reads it, or as a person does in a file. */
export function renderReport(result: CheckResult, format: ReportFormat): string {
  return redact(reportText(result, format))
}

function reportText(result: CheckResult, format: ReportFormat): string {
  switch (format) {
    case 'human':
      return renderCheck(result, plainPaint)
    case 'json':
      return jsonResult(result)
    case 'github':
      return renderGithub(result)
    case 'markdown':
      return renderMarkdown(result)
    case 'sarif':
      return renderSarif(result, manifest.version)
  }
}

/** Writes the report of a check to the file that was named. @throws NselfError as writeText. */
export async function writeReport(result: CheckResult): Promise<void> {
  if (result.report === null) return
  const { path, format } = result.report
  await writeText(resolve(path), path, `${renderReport(result, format)}\n`, true)
}
