import { appendFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Result } from '../commands/shared/results.ts'
import { NselfError } from '../core/errors.ts'
import { withoutSecretsIn } from '../core/location.ts'
import { mapTexts } from '../core/map-texts.ts'
import type { Ci } from '../project/ci.ts'
import { errorAnnotation, warningsIn } from './ci/annotations.ts'
import { failureSummary, summaryOf } from './ci/summary.ts'
import { streams } from './output.ts'
import { withGivenFlags } from './render/given-flags.ts'
import { redact } from './render/redact.ts'
import { visible, visibleIn } from './render/visible.ts'

const told: readonly Result['kind'][] = ['status', 'run', 'update', 'seed']

/** Tells a result to the CI system in its own ways, besides what is printed. */
export function reportResult(ci: Ci, result: Result): void {
  // The rows of a query can be any number.
  if (ci.kind !== 'github' || !told.includes(result.kind)) return
  const shown = mapTexts(visibleIn(result), redact)
  for (const line of warningsIn(shown)) streams().stderr.write(`${line}\n`)
  append(ci, summaryOf(shown))
}

/** The same for what stopped a command. */
export function reportFailure(ci: Ci, error: NselfError): void {
  if (ci.kind !== 'github') return
  const shown = shownError(error)
  // Paths are told as the person stands.
  const fileOf = (path: string) => relative(ci.workspace ?? process.cwd(), resolve(path))
  streams().stderr.write(`${errorAnnotation(shown, fileOf)}\n`)
  append(ci, failureSummary(shown))
}

function shownError({ code, message, hint, location, server, report }: NselfError): NselfError {
  const shown = (text: string) => visible(redact(text))
  return new NselfError(code, shown(message), {
    ...(hint === undefined ? {} : { hint: shown(withGivenFlags(hint)) }),
    ...(location === undefined ? {} : { location: mapTexts(withoutSecretsIn(location, redact), visible) }),
    ...(server === undefined ? {} : { server: mapTexts(server, shown) }),
    ...(report === undefined ? {} : { report: mapTexts(report, shown) }),
  })
}

function append({ summary }: Ci, text: string | null): void {
  if (summary === null || text === null) return
  try {
    appendFileSync(summary, `${text}\n\n`)
  } catch (error) {
    streams().stderr.write(`Warning: the summary of the job cannot be written: ${String(error)}\n`)
  }
}
