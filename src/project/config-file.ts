import type { ZodType } from 'zod'
import { NselfError } from '../core/errors.ts'
import { locate } from '../core/location.ts'
import { systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'

/** The value in its shape, or all of its faults at once, each with its place: `2nd user, email: …`. */
export function checkShape<T>(schema: ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => {
    const place = path.map((part) => (typeof part === 'number' ? `number ${part + 1}` : String(part))).join(', ')
    return `${place === '' ? '' : `${place}: `}${message}`
  })
  throw new NselfError('configuration', `${source} cannot be used:\n  ${faults.join('\n  ')}`, {
    hint: `fix ${faults.length === 1 ? 'this' : `these ${faults.length}`} and run the command again; nothing was changed`,
  })
}

/** @throws NselfError `configuration` with the place at which it is not JSON. */
export function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new NselfError('configuration', `${shown} is not JSON`, {
      location: locate(shown, text, faultOf(text)),
      hint: 'fix it at that place; nothing was changed',
      cause: error,
    })
  }
}

/** Where JSON stops being JSON: behind the longest beginning that could yet go on. The engine does not always tell. */
function faultOf(text: string): number {
  let good = 0
  for (let bad = text.length + 1; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2)
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function couldGoOn(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    return /end of JSON|unterminated/i.test(String(error))
  }
}

/** Null where there is no such file. */
export function readConfigText(path: string, shown: string): string | null {
  try {
    return readRegular(path)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT') return null
    throw new NselfError('configuration', `cannot read ${shown}: ${systemReason(error)}`, {
      hint: 'check its permissions',
      cause: error,
    })
  }
}
