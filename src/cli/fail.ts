import { join } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemRefusal } from '../core/system-refusal.ts'
import { ciOf } from '../project/ci.ts'
import { processEnvironment } from '../project/process-environment.ts'
import { print, streams } from './output.ts'
import { renderError } from './render/error.ts'
import { paintFor } from './render/paint.ts'
import { hideSecret, redact } from './render/redact.ts'
import { fitting } from './signs.ts'

export interface FailOptions {
  readonly json: boolean
  /** Also show what an error was caused by. */
  readonly debug: boolean
}

/** No text in Node is longer than 512 MB. */
function isTooLong(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.message === 'Invalid string length' || systemCodeOf(error) === 'ERR_STRING_TOO_LONG')
  )
}

function tooLong(cause: unknown): NselfError {
  return new NselfError('query-failed', 'a value or a result larger than 512 MB does not fit in memory', {
    hint: 'select fewer rows at a time, or use \\copy in: nself db shell',
    cause,
  })
}

/** What is thrown for reasons that no command can know beforehand, as what it means to a person. */
function told(cause: unknown): unknown {
  if (cause instanceof NselfError) return cause
  if (isTooLong(cause)) return tooLong(cause)
  return systemRefusal(cause) ?? cause
}

/** Whether stdout takes that: on a full disk it does not, and stderr is told. */
function isPrinted(text: string): boolean {
  try {
    print(text)
    return true
  } catch (error) {
    if (error instanceof NselfError) return false
    throw error
  }
}

/** Where a person reads what to send; it comes with the package. */
const guide = join(__dirname, '..', 'docs', 'reporting-bugs.md')

/** What goes into a file or a pipe is not folded. */
function errorWidth(): number {
  const { isTTY, columns } = streams().stderr
  return (isTTY && columns) || Number.POSITIVE_INFINITY
}

/** Shows why a command failed, on stderr, or as JSON on stdout. Returns the exit status. */
export async function fail(cause: unknown, { json, debug }: FailOptions): Promise<number> {
  const error = told(cause)
  if (!(error instanceof NselfError)) return failByBug(error, json)
  for (const secret of error.location?.secrets ?? []) hideSecret(secret)
  const document = json ? (await import('./render/json/error.ts')).jsonError(error) : null
  if (document === null || !isPrinted(`${document}\n`))
    streams().stderr.write(`${fitting(renderError(error, await paintFor(2, processEnvironment), errorWidth()))}\n`)
  const ci = ciOf(processEnvironment)
  if (ci !== null) (await import('./tell-ci.ts')).reportFailure(ci, error)
  if (debug && error.cause !== undefined) {
    const { sourceStack } = await import('./source-stack.ts')
    streams().stderr.write(`${redact(`debug caused by: ${sourceStack(error.cause)}`)}\n`)
  }
  return error.exitStatus
}

async function failByBug(error: unknown, json: boolean): Promise<number> {
  const { sourceStack } = await import('./source-stack.ts')
  const stack = redact(sourceStack(error))
  const text = `This is a bug in nself. Please report it; ${guide} says what to send.\n${stack}\n`
  const document = json ? (await import('./render/json/error.ts')).jsonBug(stack) : null
  if (document === null || !isPrinted(`${document}\n`)) streams().stderr.write(text)
  return 1
}
