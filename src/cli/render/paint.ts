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

/** Colour only on a terminal, and never with NO_COLOR; chalk is loaded only where it is used. */
export async function paintFor(descriptor: 1 | 2, env: Readonly<Record<string, string | undefined>>): Promise<Paint> {
  if (!isatty(descriptor) || env.NO_COLOR) return plainPaint
  const { default: chalk } = await import('chalk')
  return chalk
}
