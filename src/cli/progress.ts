import type { Ora } from 'ora'
import type { Ci } from '../project/ci.ts'
import { processEnvironment } from '../project/process-environment.ts'
import { LogSection } from './ci/log-section.ts'
import { foldBeside } from './render/fold.ts'
import { movingText } from './render/moving-text.ts'
import { wantsColour } from './render/paint.ts'
import { inWorkflowLog } from './render/workflow-command.ts'
import { fitting } from './signs.ts'

/** How long something runs before a spinner turns; and how often a log without a terminal hears that it still does. */
const spinAfter = 500
const remindEvery = 30_000
const roomForSign = 3

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
  return new TerminalProgress(stderr, ci)
}

class TerminalProgress implements Progress {
  private readonly stderr: () => NodeJS.WriteStream
  private readonly ci: Ci['kind'] | undefined
  private readonly line: MovingLine
  private readonly section: LogSection
  private readonly began = Date.now()
  /** How many questions are open. */
  private questions = 0
  /** Sentences that wait until a question is answered. */
  private held: string[] = []
  /** How long a person has thought, in ms. */
  private thought = 0

  constructor(stderr: () => NodeJS.WriteStream, ci: Ci['kind'] | undefined) {
    this.stderr = stderr
    this.ci = ci
    this.line = new MovingLine(stderr, ci === undefined)
    this.section = new LogSection(ci === 'gitlab' ? (text) => stderr().write(text) : null, Date.now)
  }

  tell(sentence: string): void {
    if (this.questions > 0) this.held.push(sentence)
    else this.write(sentence)
  }

  progress(what: string): void {
    this.line.text = what
    if (this.questions === 0) this.line.start(this.began)
  }

  async yieldTo<T>(ask: () => Promise<T>): Promise<T> {
    const from = Date.now()
    this.questions++
    this.line.stop()
    try {
      return await ask()
    } finally {
      this.questions--
      this.thought += Date.now() - from
      for (const sentence of this.held) this.write(sentence)
      this.held = []
      if (this.questions === 0 && this.line.text !== '') this.line.start(this.began)
    }
  }

  now(): number {
    return Date.now() - this.thought
  }

  stop(): void {
    this.line.stop()
    this.section.close()
  }

  private write(sentence: string): void {
    this.section.open()
    const text = this.ci === 'github' ? inWorkflowLog(sentence) : fitting(this.folded(sentence))
    this.line.around(() => this.stderr().write(`${text}\n`))
  }

  private folded(sentence: string): string {
    const { isTTY, columns } = this.stderr()
    return isTTY && columns > 0 ? foldBeside(sentence, columns) : sentence
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
    if (this.spinner !== null) this.spinner.text = this.shown()
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
    this.spinner = ora({ stream: this.stderr(), text: this.shown(), discardStdin: false, color }).start()
  }

  /** With room for the sign that turns. */
  private shown(): string {
    return movingText(this.text, this.stderr().columns - roomForSign)
  }

  private remind(began: number): void {
    this.stderr().write(`Still running after ${Math.round((Date.now() - began) / 1000)} s: ${this.text}\n`)
  }
}
