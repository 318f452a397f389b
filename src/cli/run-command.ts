import { isatty } from 'node:tty'
import type { Context } from '../commands/shared/context.ts'
import { type Result, statusAfter } from '../commands/shared/results.ts'
import { NselfError } from '../core/errors.ts'
import { beforeParser } from '../parsers/postgres/parser.ts'
import { pressForAnswers } from '../postgres/driver/silence.ts'
import { traceConnections } from '../postgres/driver/trace.ts'
import { ciOf } from '../project/ci.ts'
import { passwordsOf } from '../project/known-passwords.ts'
import { processEnvironment, wantsDebug } from '../project/process-environment.ts'
import { loadOtherSettings, loadSettings } from '../project/settings.ts'
import { questionsFor } from './ask.ts'
import { leave, print, streams } from './output.ts'
import { leaveWebAssemblyPlain } from './plain-webassembly.ts'
import { progressOn } from './progress.ts'
import { carryFlags, withGivenFlags } from './render/given-flags.ts'
import { paintFor } from './render/paint.ts'
import { hideSecret, redact } from './render/redact.ts'
import { renderResult } from './render/result.ts'
import { visible, visibleIn } from './render/visible.ts'
import { fitting } from './signs.ts'
import type { CommonFlags } from './tree/leaf.ts'

const interruption = new AbortController()
let handedOver = false
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => {
    if (signal === 'SIGINT' && handedOver) return
    // Who asks twice does not want to wait: the server rolls back when the connection is gone.
    if (interruption.signal.aborted) return leave(status)
    interruption.abort(signal)
    pressForAnswers()
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

/** A sentence as it may be sent to a terminal or a log. */
const shown = (sentence: string) => visible(redact(sentence))

const ci = ciOf(processEnvironment)
const progress = progressOn(() => streams().stderr, ci?.kind)

function contextOf(flags: CommonFlags): Context {
  const settings = loadSettings({
    cwd: process.cwd(),
    env: processEnvironment,
    flagEnvironment: flags.env,
    flagUrl: flags.databaseUrl,
    flagShadowUrl: flags.shadowUrl,
    flagSet: flags.set,
    needsNoProject: flags.needsNoProject === 'with-url' ? flags.databaseUrl !== undefined : flags.needsNoProject,
    onSecret: hideSecret,
    signal: interruption.signal,
  })
  for (const password of passwordsOf(settings)) hideSecret(password)
  for (const warning of settings.warnings) progress.tell(shown(`Warning: ${warning}`))
  return {
    settings,
    settingsOf: (environment, url) =>
      loadOtherSettings(
        { cwd: process.cwd(), env: processEnvironment, onSecret: hideSecret, signal: interruption.signal },
        environment,
        url,
      ),
    answers: { yes: flags.yes === true, confirm: flags.confirm },
    ...questionsFor(interruption.signal, progress),
    signal: interruption.signal,
    handOver,
    tell: (sentence) => progress.tell(shown(withGivenFlags(sentence))),
    progress: (what) => progress.progress(shown(what)),
    now: () => progress.now(),
  }
}

/** `--debug`: what goes over the wire, with the time since the start, on stderr. */
function showTrace(): void {
  const since = () => `${Math.round(process.uptime() * 1000)} ms`
  traceConnections((sentence) => progress.tell(shown(`debug ${since()}  ${sentence}`)), redact)
}

/** What goes into a file or a pipe stays as it is: it may be SQL, or the values of a query. */
async function textOf(result: Result): Promise<string> {
  if (result.kind === 'check') {
    const { renderReport, writeReport } = await import('./report.ts')
    await writeReport(result)
    if (result.format !== 'human') return renderReport(result, result.format)
  }
  const isTerminal = isatty(1)
  const width = isTerminal ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY
  const paint = await paintFor(1, processEnvironment)
  const text = await renderResult(isTerminal ? visibleIn(result) : result, paint, width)
  const fit = isTerminal ? fitting(text) : text
  // What PostgreSQL says of a statement may show what is in it.
  return showsStatements(result) ? redact(fit) : fit
}

async function jsonOf(result: Result): Promise<string> {
  const { jsonResult } = await import('./render/json/document.ts')
  return showsStatements(result) ? redact(jsonResult(result)) : jsonResult(result)
}

const showsStatements = ({ kind }: Result): boolean => kind === 'check' || kind === 'rehearse'

/** @throws NselfError `disk-full`, which says so of passwords that nobody will ever see. */
function printResult(result: Result, text: string): void {
  try {
    print(text === '' || text.endsWith('\n') ? text : `${text}\n`)
  } catch (error) {
    const unseen = result.kind === 'seed-users' ? result.passwords.map(({ email }) => email) : []
    if (!(error instanceof NselfError) || unseen.length === 0) throw error
    const message = `the passwords of the new users are lost: ${error.message}`
    const hint = `make room, delete these users, for nobody can know their passwords, and run it again: ${unseen.join(', ')}`
    throw new NselfError(error.code, message, { hint, cause: error })
  }
}

/** Runs one command in the context that its flags and the environment make, and prints what comes back. */
export async function runCommand(flags: CommonFlags, command: (context: Context) => Promise<Result>): Promise<void> {
  beforeParser(leaveWebAssemblyPlain)
  carryFlags(flags)
  if (flags.debug === true || wantsDebug()) showTrace()
  const result = await command(contextOf(flags)).finally(() => progress.stop())
  if (result.kind === 'rehearse' && result.report !== null) await (await import('./report.ts')).writeRehearsal(result)
  const text = flags.json && result.kind !== 'check' ? await jsonOf(result) : await textOf(result)
  process.exitCode = statusAfter(result)
  if (ci !== null) (await import('./tell-ci.ts')).reportResult(ci, result)
  printResult(result, text)
}
