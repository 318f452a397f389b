import type { Ora } from 'ora'

/** How long something runs before a spinner turns; and how often a log without a terminal hears that it still does. */
const spinAfter = 500
const remindEvery = 30_000

/** What goes on, on stderr: sentences that stay, and on a terminal one line that moves. */
export interface Progress {
  tell(sentence: string): void
  progress(what: string): void
  stop(): void
}

/** The spinner is loaded only for what takes long on a terminal; without one, plain lines say that it still runs. */
export function progressOn(stderr: () => NodeJS.WriteStream): Progress {
  let current = ''
  let spinner: Ora | null = null
  let timer: NodeJS.Timeout | null = null
  const began = Date.now()

  const spin = async () => {
    const { default: ora } = await import('ora')
    if (timer === null) return
    // The signals are ours: the spinner must not take Ctrl-C away.
    spinner = ora({ stream: stderr(), text: current, discardStdin: false }).start()
  }
  const remind = () => stderr().write(`Still at it after ${Math.round((Date.now() - began) / 1000)} s: ${current}\n`)

  return {
    tell(sentence) {
      spinner?.clear()
      stderr().write(`${sentence}\n`)
      spinner?.render()
    },
    progress(what) {
      current = what
      if (spinner !== null) spinner.text = what
      // A terminal of no width, as some programs make it, is no place for a line that moves: the spinner would hang.
      timer ??=
        stderr().isTTY && stderr().columns > 0
          ? setTimeout(() => void spin(), spinAfter)
          : setInterval(remind, remindEvery)
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      spinner?.stop()
      spinner = null
    },
  }
}
