import { NselfError } from '../core/errors.ts'
import { describe, type EnvFile, type Variables } from './env-files.ts'

/**
 * What is set to nothing is most likely a script's or a pipeline's unset variable: to go on without it would reach
 * another database than the one that is meant.
 * @param hasUrl a flag names the server, so that its variables do not matter.
 * @throws NselfError `configuration`.
 */
export function refuseEmpty(variables: Variables, hasUrl: boolean): void {
  for (const [name, variable] of variables) {
    if (variable.value !== '' || (hasUrl && !name.startsWith('NSELF_') && name !== 'ENV')) continue
    throw new NselfError('configuration', `${describe(name, variable)} is empty`, {
      hint: variable.file === null ? `set it, or remove it: unset ${name}` : `set it there, or remove the line`,
    })
  }
}

/** Without those that are empty in one layer and set in a later one. */
export const withoutEmpty = (variables: Variables): Variables =>
  new Map([...variables].filter(([, { value }]) => value !== ''))

/** dotenv's own idea of an assignment; what it does not match it passes over without a word. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm

/** What to tell of the lines of an env file that are not read as they were meant. Never what stands in them. */
export function misreadLines({ file, text }: EnvFile): string[] {
  if (text === null) return []
  const told: string[] = []
  const rest = text.replace(/\r\n?/g, '\n').replace(assignment, (line, name: string, value: string | undefined) => {
    const isUnquoted = value !== undefined && !/^\s*['"`]/.test(value)
    if (/PASSWORD|URL$/.test(name) && isUnquoted && /[^\s#]#/.test(line.slice(line.indexOf(value))))
      told.push(`${name} in ${file} ends at its #, which begins a comment: put the value into quotes`)
    return line.replace(/[^\n]/g, '')
  })
  for (const [i, line] of rest.split('\n').entries()) {
    if (line.trim() !== '' && !line.trim().startsWith('#'))
      told.push(`line ${i + 1} of ${file} was not read: it is not of the form NAME=value`)
  }
  return told
}

/** Names that people write, and what nself reads. */
const meant: Readonly<Record<string, string>> = {
  POSTGRES_DATABASE: 'POSTGRES_DB',
  POSTGRES_DBNAME: 'POSTGRES_DB',
  POSTGRES_NAME: 'POSTGRES_DB',
  POSTGRES_USERNAME: 'POSTGRES_USER',
  POSTGRES_HOSTNAME: 'POSTGRES_HOST',
  POSTGRES_SERVER: 'POSTGRES_HOST',
  POSTGRES_PASS: 'POSTGRES_PASSWORD',
  POSTGRES_PWD: 'POSTGRES_PASSWORD',
  POSTGRES_URL: 'DATABASE_URL',
  POSTGRES_URI: 'DATABASE_URL',
  DATABASE_URI: 'DATABASE_URL',
  DB_URL: 'DATABASE_URL',
  POSTGRES_SSLMODE: 'PGSSLMODE',
  POSTGRES_SSL_MODE: 'PGSSLMODE',
  PGDB: 'PGDATABASE',
  PGPASS: 'PGPASSWORD',
  PGUSERNAME: 'PGUSER',
  NSELF_ENV: 'ENV',
  NSELF_ENVIRONMENT: 'ENV',
  NSELF_DATABASE_URL: 'DATABASE_URL',
  NSELF_MIGRATION_DIR: 'NSELF_MIGRATIONS_DIR',
  NSELF_SEED_DIR: 'NSELF_SEEDS_DIR',
  NSELF_BACKUP_DIR: 'NSELF_BACKUPS_DIR',
}

/** What to tell of variables that look like ours and are not, where the right one is not set. */
export function strangeVariables(variables: Variables): string[] {
  return [...variables].flatMap(([name, variable]) => {
    const right = Object.hasOwn(meant, name) ? meant[name] : undefined
    if (right === undefined || variables.has(right)) return []
    return [`${describe(name, variable)} is not read by nself; it reads ${right}`]
  })
}
