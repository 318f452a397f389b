import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { NselfError } from '../core/errors.ts'
import { systemReason } from '../core/system-refusal.ts'
import { readRegular } from './regular-file.ts'

/** A value, and the env file it came from; null for the process environment. */
export interface Variable {
  readonly value: string
  readonly file: string | null
}

/** Of empty values only those are kept that may be refused: libpq, and everybody else, take the others for unset. */
export type Variables = ReadonlyMap<string, Variable>

const isOurs = (name: string) => /^(?:DATABASE_URL|ENV|NSELF_\w+|POSTGRES_(?:HOST|DB|USER))$/.test(name)

/** The variables that are set, with the file they come from; null for the process environment. */
export function variablesOf(values: Readonly<Record<string, string | undefined>>, file: string | null): Variables {
  const variables = new Map<string, Variable>()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && (value !== '' || isOurs(name))) variables.set(name, { value, file })
  }
  return variables
}

/** Later ones win. */
export function merge(all: readonly Variables[]): Variables {
  return new Map(all.flatMap((variables) => [...variables]))
}

export interface EnvFile {
  readonly file: string
  /** Null where there is none. */
  readonly text: string | null
  readonly variables: Variables
}

/** An env file, in the grammar of dotenv: `$` and backquotes mean nothing. */
export function readEnvFile(root: string, file: string): EnvFile {
  try {
    // Most are not there, and to be told so by an error takes ten times as long.
    if (!existsSync(join(root, file))) return { file, text: null, variables: new Map() }
    const text = readRegular(join(root, file))
    if (text.includes('\0') || text.includes('\ufffd'))
      throw Object.assign(new Error(), { code: 'it is not UTF-8 text' })
    return { file, text, variables: variablesOf(parse(text), file) }
  } catch (error) {
    throw new NselfError('configuration', `cannot read ${file}: ${systemReason(error)}`, {
      hint: `make ${join(root, file)} a file that you can read, or move it away`,
      cause: error,
    })
  }
}

/** Where a value was set: `POSTGRES_HOST in .env.local`. */
export function describe(name: string, { file }: Variable): string {
  return file === null ? name : `${name} in ${file}`
}

const holdsPassword = (variables: Variables) =>
  variables.has('POSTGRES_PASSWORD') ||
  variables.has('PGPASSWORD') ||
  /^\w+:\/\/[^/@]*:[^/@]+@|[?&]password=/.test(variables.get('DATABASE_URL')?.value ?? '')

/** What to tell of an env file that holds a password and that others on this machine can read; null for any other. */
export function exposureOf(root: string, file: string, variables: Variables): string | null {
  // Windows has no such bits: what it reports is made up.
  if (process.platform === 'win32' || !holdsPassword(variables)) return null
  const mode = statSync(join(root, file)).mode & 0o777
  if ((mode & 0o044) === 0) return null
  return `${file} holds a password, and others can read it (mode ${mode.toString(8)}): chmod 600 ${file}`
}
