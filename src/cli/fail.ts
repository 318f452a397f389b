import { NselfError } from '../core/errors.ts'
import { print, streams } from './output.ts'
import { jsonError, renderError } from './render/error.ts'
import { paintFor } from './render/paint.ts'
import { redact } from './render/redact.ts'

/** No text in Node is longer than 512 MB. */
function isTooLong(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.message === 'Invalid string length' || ('code' in error && error.code === 'ERR_STRING_TOO_LONG'))
  )
}

function tooLong(cause: unknown): NselfError {
  return new NselfError('query-failed', 'a value or a result of more than 512 MB cannot be held', {
    hint: 'ask for less at a time, or use \\copy in nself db shell',
    cause,
  })
}

/** Shows why a command failed, on stderr, or as JSON on stdout. Returns the exit status. */
export async function fail(cause: unknown, json: boolean): Promise<number> {
  const error = isTooLong(cause) ? tooLong(cause) : cause
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
