import type { Ora } from 'ora'
import type { Ci } from '../project/ci.ts'
import { processEnvironment } from '../project/process-environment.ts'
import { LogSection } from './ci/log-section.ts'
import { foldBeside } from './render/fold.ts'
import { wantsColour } from './render/paint.ts'
import { inWorkflowLog } from './render/workflow-command.ts'
import { fitting } from './signs.ts'

/** How long something runs before a spinner turns; and how often a log without a terminal hears that it still does. */
const spinAfter = 500
const remindEvery = 30_000

/** What goes on, on stderr: sentences that stay, and on a terminal one line that moves. */
export interface Progress {
  tell(sentence: string): void
  progress(what: string): void
  /**
   * Gives the terminal to a question: what moves is blanked and cannot come back, sentences wait until it is answered.
   * Resolves or throws as `ask` does.
   */
  yieldTo<T>(ask: () => Promise<T>): Promise<T>
  /** The time in ms, which stands still while a person thinks. */
  now(): number
  stop(): void
}

/**
 * The spinner is loaded only for what takes long on a terminal; without one, plain lines say that it still runs.
 * @param ci in a log of a CI system nothing moves, even where it looks like a terminal.
 */
export function progressOn(stderr: () => NodeJS.WriteStream, ci?: Ci['kind']): Progress {
  const line = new MovingLine(stderr, ci === undefined)
  const section = new LogSection(ci === 'gitlab' ? (text) => stderr().write(text) : null, Date.now)
  const began = Date.now()
  let questions = 0
  let held: string[] = []
  let thought = 0

  const write = (sentence: string) => {
    section.open()
    line.around(() => stderr().write(`${ci === 'github' ? inWorkflowLog(sentence) : fitting(folded(sentence))}\n`))
  }
  const folded = (sentence: string) => {
    const { isTTY, columns } = stderr()
    return isTTY && columns > 0 ? foldBeside(sentence, columns) : sentence
  }
  return {
    tell(sentence) {
      if (questions > 0) held.push(sentence)
      else write(sentence)
    },
    progress(what) {
      line.text = what
      if (questions === 0) line.start(began)
    },
    async yieldTo(ask) {
      const from = Date.now()
      questions++
      line.stop()
      try {
        return await ask()
      } finally {
        questions--
        thought += Date.now() - from
        for (const sentence of held) write(sentence)
        held = []
        if (questions === 0 && line.text !== '') line.start(began)
      }
    },
    now: () => Date.now() - thought,
    stop() {
      line.stop()
      section.close()
    },
  }
}

/** The one line that moves, where there is a terminal; elsewhere a reminder now and then. */
class MovingLine {
  text = ''
  private spinner: Ora | null = null
  private timer: NodeJS.Timeout | null = null
  private readonly stderr: () => NodeJS.WriteStream

  private readonly mayMove: boolean

  constructor(stderr: () => NodeJS.WriteStream, mayMove: boolean) {
    this.stderr = stderr
    this.mayMove = mayMove
  }

  /** @param began when the command did, for the reminder. */
  start(began: number): void {
    if (this.spinner !== null) this.spinner.text = this.text
    // A terminal of no width, as some programs make it, is no place for a line that moves: the spinner would hang.
    const moves = this.mayMove && this.stderr().isTTY && this.stderr().columns > 0 && processEnvironment.TERM !== 'dumb'
    this.timer ??= moves
      ? setTimeout(() => void this.spin(), spinAfter)
      : setInterval(() => this.remind(began), remindEvery)
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.spinner?.stop()
    this.spinner = null
  }

  /** Writes what stays above the line. */
  around(write: () => void): void {
    this.spinner?.clear()
    write()
    this.spinner?.render()
  }

  private async spin(): Promise<void> {
    const mine = this.timer
    const { default: ora } = await import('ora')
    // It was stopped while the spinner was loaded, and perhaps started again.
    if (mine === null || this.timer !== mine) return
    const color = wantsColour(true, processEnvironment) ? 'cyan' : false
    // The signals are ours: the spinner must not take Ctrl-C away.
    this.spinner = ora({ stream: this.stderr(), text: this.text, discardStdin: false, color }).start()
  }

  private remind(began: number): void {
    this.stderr().write(`Still running after ${Math.round((Date.now() - began) / 1000)} s: ${this.text}\n`)
  }
}
