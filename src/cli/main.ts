import { writeSync } from 'node:fs'
import manifest from '../../package.json' with { type: 'json' }

// `--version` alone needs nothing of the rest, and scripts ask for it; all else is loaded for what is typed.
const [, , first, ...more] = process.argv
if (first === '--version' && more.length === 0) writeSync(1, `${manifest.version}\n`)
else void import('./start.ts')
