import { isatty } from 'node:tty'

type Colour = (text: string) => string

export interface Paint {
  readonly bold: Colour
  readonly red: Colour
  readonly green: Colour
  readonly yellow: Colour
  readonly cyan: Colour
  readonly dim: Colour
}

const same: Colour = (text) => text

/** Without colour. */
export const plainPaint: Paint = { bold: same, red: same, green: same, yellow: same, cyan: same, dim: same }

type Variables = Readonly<Record<string, string | undefined>>

/** NO_COLOR takes colour away, FORCE_COLOR has it anywhere; otherwise a terminal that can has it. */
export function wantsColour(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: Variables): boolean {
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return !['0', 'false'].includes(FORCE_COLOR)
  return isTerminal && TERM !== 'dumb'
}

/** Colour where it is wanted; chalk is loaded only where it is used. */
export async function paintFor(descriptor: 1 | 2, env: Variables): Promise<Paint> {
  if (!wantsColour(isatty(descriptor), env)) return plainPaint
  const { Chalk } = await import('chalk')
  // What it finds out by itself is what was decided here.
  return new Chalk({ level: 1 })
}
