import { NselfError } from './errors.ts'

export const environments = ['local', 'staging', 'production'] as const
export type Environment = (typeof environments)[number]

const names = new Map<string, Environment>([
  ['local', 'local'],
  ['dev', 'local'],
  ['development', 'local'],
  ['staging', 'staging'],
  ['stage', 'staging'],
  ['production', 'production'],
  ['prod', 'production'],
])

/** The environment that a word names; null for any other word. */
export const environmentNamed = (text: string): Environment | null => names.get(text.trim().toLowerCase()) ?? null

/**
 * The environment that a user's word means, in any case. A typo never means local.
 * @throws NselfError `configuration` for any other word.
 */
export function parseEnvironment(text: string): Environment {
  const environment = environmentNamed(text)
  if (environment !== null) return environment
  throw new NselfError('configuration', `unknown environment "${text}"`, {
    hint: 'use local (dev, development), staging (stage) or production (prod)',
  })
}

const strictness: Record<Environment, number> = { local: 0, staging: 1, production: 2 }

/** Whether more is asked for in `a` than in `b`. */
export function isStricter(a: Environment, b: Environment): boolean {
  return strictness[a] > strictness[b]
}
