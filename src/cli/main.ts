import { writeSync } from 'node:fs'
import manifest from '../../package.json' with { type: 'json' }

// `--version` alone needs nothing of the rest, and scripts ask for it; all else is loaded for what is typed.
const [, , first, ...more] = process.argv
if (first !== '--version' || more.length > 0 || !isWritten(`${manifest.version}\n`)) void import('./start.ts')

/** What stdout does not take at once is told by those who know how. */
function isWritten(text: string): boolean {
  try {
    return writeSync(1, text) === text.length
  } catch {
    return false
  }
}
