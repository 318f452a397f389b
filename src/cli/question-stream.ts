import { Writable } from 'node:stream'
import { processEnvironment } from '../project/process-environment.ts'
import { wantsColour } from './render/paint.ts'
import { fitting } from './signs.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how a terminal is told a colour.
const colour = /\x1b\[[\d;]*m/g

/**
 * Where questions are written: to this terminal, as wide as it is, in colours only where they are wanted, and with signs
 * that it can show.
 */
export function questionStream(terminal: NodeJS.WriteStream): Writable {
  const isColoured = wantsColour(true, processEnvironment)
  const stream = new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      const shown = fitting(String(text))
      terminal.write(isColoured ? shown : shown.replace(colour, ''))
      done()
    },
  })
  return Object.defineProperty(stream, 'columns', { get: () => terminal.columns })
}
