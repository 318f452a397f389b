import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import type { Context } from '../commands/context.ts'
import type { Result } from '../commands/results.ts'
import { NselfError } from '../core/errors.ts'
import { loadOtherSettings, loadSettings } from '../project/settings.ts'
import { questionsFor } from './ask.ts'
import { buildProgram } from './program.ts'
import { progressOn } from './progress.ts'
import { jsonError, renderError } from './render/error.ts'
import { paintFor } from './render/paint.ts'
import { redact } from './render/redact.ts'
import { jsonResult, renderResult } from './render/result.ts'

const interruption = new AbortController()
let handedOver = false
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => {
    if (signal === 'SIGINT' && handedOver) return
    // Who asks twice does not want to wait: the server rolls back when the connection is gone.
    if (interruption.signal.aborted) process.exit(status)
    interruption.abort(signal)
  })
}

async function handOver<T>(work: () => Promise<T>): Promise<T> {
  handedOver = true
  try {
    return await work()
  } finally {
    handedOver = false
  }
}

const progress = progressOn(process.stderr)
// `| head` closes stdout early: what is left to print is lost by the reader's own wish.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

function contextOf(flags: Record<string, unknown>): Context {
  const settings = loadSettings({
    cwd: process.cwd(),
    env: process.env,
    flagEnvironment: flags.env as string | undefined,
    flagUrl: flags.databaseUrl as string | undefined,
    flagShadowUrl: flags.shadowUrl as string | undefined,
  })
  for (const warning of settings.warnings) progress.tell(`Warning: ${warning}`)
  return {
    settings,
    settingsOf: (environment, url) => loadOtherSettings({ cwd: process.cwd(), env: process.env }, environment, url),
    answers: { yes: flags.yes === true, confirm: flags.confirm as string | undefined },
    ...questionsFor(process.stdin, process.stderr, interruption.signal),
    signal: interruption.signal,
    handOver,
    tell: (sentence) => progress.tell(redact(sentence)),
    progress: (what) => progress.progress(what),
  }
}

async function run(flags: Record<string, unknown>, command: (context: Context) => Promise<Result>): Promise<void> {
  const result = await command(contextOf(flags))
  progress.stop()
  const text = flags.json ? jsonResult(result) : renderResult(result, await paintFor(process.stdout, process.env))
  process.stdout.write(text === '' || text.endsWith('\n') ? text : `${text}\n`)
  if ((result.kind === 'status' || result.kind === 'diff') && result.different) process.exitCode = 6
  if (result.kind === 'shell') process.exitCode = result.exitStatus
}

/** `migrate:up` is another spelling of `migrate up`. */
function spelledOut(argv: readonly string[]): string[] {
  return argv.flatMap((word, i) => (i < 5 && /^[a-z]+:[a-z]+$/.test(word) ? word.split(':') : [word]))
}

/** What commander says, less its prefix, with the wrong value after the name of what it is for. */
function usageMessage({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*?)'\. /, "$2 cannot be '$1': ")
    .replace(/^option '(.*?)' argument '(.*)' is invalid\. /, "$1 cannot be '$2': ")
}

async function fail(error: unknown, json: boolean): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    // A group of commands without one of them: its help has been shown.
    if (error.code === 'commander.help') return 2
    return fail(new NselfError('usage', usageMessage(error), { hint: 'add --help to see how it is used' }), json)
  }
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

async function main(): Promise<void> {
  const program = buildProgram(run, manifest.version, (text) => void process.stdout.write(text))
  try {
    await program.parseAsync(spelledOut(process.argv))
  } catch (error) {
    progress.stop()
    process.exitCode = await fail(error, process.argv.includes('--json'))
  }
}

void main().then(() => {
  // What was printed is flushed first; a pipe may take it in pieces.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
})
