import { relative, resolve, sep } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import type { CheckResult, ReportFormat } from '../commands/shared/check-results.ts'
import type { RehearseResult } from '../commands/shared/rehearse-results.ts'
import { findRepository } from '../project/find-root.ts'
import { writeText } from '../project/text-file.ts'
import { renderGithub } from './render/check-github.ts'
import { renderCheck } from './render/check-human.ts'
import { renderMarkdown } from './render/check-markdown.ts'
import { renderSarif } from './render/check-sarif.ts'
import { jsonResult } from './render/json/document.ts'
import { plainPaint } from './render/paint.ts'
import { redact } from './render/redact.ts'
import { renderRehearsal } from './render/rehearse.ts'
import { renderRehearsalMarkdown } from './render/rehearse-markdown.ts'

/** A check as another program reads it, or as a person does in a file. */
export function renderReport(result: CheckResult, format: ReportFormat): string {
  return redact(reportText(result, format))
}

function reportText(result: CheckResult, format: ReportFormat): string {
  switch (format) {
    case 'human':
      return renderCheck(result, plainPaint, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    case 'json':
      return jsonResult(result)
    case 'github':
      return renderGithub(withPathsOfRepository(result))
    case 'markdown':
      return renderMarkdown(withPathsOfRepository(result))
    case 'sarif':
      return renderSarif(withPathsOfRepository(result), manifest.version)
  }
}

/** What goes beside the code of a pull request names files from the top of the repository, wherever the person stands. */
function withPathsOfRepository(result: CheckResult): CheckResult {
  const top = findRepository(process.cwd())
  if (top === null) return result
  const fromTop = (path: string) => relative(top, resolve(path)).replaceAll(sep, '/')
  return {
    ...result,
    findings: result.findings.map((one) => ({ ...one, place: { ...one.place, path: fromTop(one.place.path) } })),
  }
}

/** Writes the report of a check to the file that was named. @throws NselfError as writeText. */
export async function writeReport(result: CheckResult): Promise<void> {
  if (result.report === null) return
  const { path, format } = result.report
  await writeText(resolve(path), path, `${renderReport(result, format)}\n`, true)
}

/** Writes the report of a rehearsal to the file that was named. @throws NselfError as writeText. */
export async function writeRehearsal(result: RehearseResult): Promise<void> {
  if (result.report === null) return
  const { path, format } = result.report
  const text =
    format === 'json'
      ? jsonResult(result)
      : format === 'markdown'
        ? renderRehearsalMarkdown(result)
        : renderRehearsal(result, plainPaint, Number.POSITIVE_INFINITY)
  await writeText(resolve(path), path, `${redact(text)}\n`, true)
}
