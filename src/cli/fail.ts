import { NselfError } from '../core/errors.ts'
import { jsonError, redact, renderError } from './render/error.ts'
import { paintFor } from './render/paint.ts'

/** Shows why a command failed, on stderr, or as JSON on stdout. Returns the exit status. */
export async function fail(error: unknown, json: boolean): Promise<number> {
  if (error instanceof NselfError) {
    if (json) process.stdout.write(`${jsonError(error)}\n`)
    else process.stderr.write(`${renderError(error, await paintFor(process.stderr, process.env))}\n`)
    return error.exitStatus
  }
  const stack = redact(error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: { code: 'bug', message: stack } })}\n`)
  else process.stderr.write(`This is a bug in nself; please report it with what follows.\n${stack}\n`)
  return 1
}
