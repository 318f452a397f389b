import { NselfError } from '../core/errors.ts'
import { print, streams } from './output.ts'
import { jsonError, renderError } from './render/error.ts'
import { paintFor } from './render/paint.ts'
import { redact } from './render/redact.ts'

/** Shows why a command failed, on stderr, or as JSON on stdout. Returns the exit status. */
export async function fail(error: unknown, json: boolean): Promise<number> {
  if (error instanceof NselfError) {
    if (json) print(`${jsonError(error)}\n`)
    else streams().stderr.write(`${renderError(error, await paintFor(2, process.env))}\n`)
    return error.exitStatus
  }
  const stack = redact(error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (json) print(`${JSON.stringify({ ok: false, error: { code: 'bug', message: stack } })}\n`)
  else streams().stderr.write(`This is a bug in nself; please report it with what follows.\n${stack}\n`)
  return 1
}
