import { join } from 'node:path'
import type { Environment } from '../core/environment.ts'
import { NselfError } from '../core/errors.ts'
import { describe, merge, type Variables } from './env-files.ts'
import { PasswordCommand } from './password-command.ts'
import { type FoundServer, type ServerTarget, serverFromParts, serverFromUrl } from './server-target.ts'

interface EmbeddedTarget {
  readonly kind: 'embedded'
  /** The `.nself` folder. */
  readonly home: string
}

/** The server that commands work on. */
export type Target = ServerTarget | EmbeddedTarget

type FoundTarget = Omit<FoundServer, 'target'> & { readonly target: Target }

const partsThatName = ['HOST', 'DB', 'USER']

/**
 * The server that is meant. Later layers win: a URL in .env must not beat the POSTGRES_HOST of .env.staging. PG*, which a
 * shell may have for psql, come last.
 * @param howToSet what to do where no server is set.
 * @throws NselfError `configuration`; a password is never in it.
 */
export function chooseTarget(
  root: string,
  environment: Environment,
  flag: string | undefined,
  layers: readonly Variables[],
  howToSet: string,
): FoundTarget {
  const variables = merge(layers)
  const needsDatabase = environment !== 'local'
  if (flag !== undefined) return serverFromUrl(flag, '--database-url', variables, needsDatabase)
  const named = layers.findLast(
    (layer) => layer.has('DATABASE_URL') || partsThatName.some((part) => layer.has(`POSTGRES_${part}`)),
  )
  const url = named?.get('DATABASE_URL')
  if (url !== undefined) return serverFromUrl(url.value, describe('DATABASE_URL', url), variables, needsDatabase)
  const found =
    serverFromParts(variables, 'POSTGRES_', partsThatName, needsDatabase) ??
    serverFromParts(variables, 'PG', ['HOST', 'HOSTADDR', 'DATABASE', 'SERVICE'], needsDatabase)
  if (found !== null) return found
  if (environment === 'local')
    return { target: { kind: 'embedded', home: join(root, '.nself') }, origins: {}, warnings: [] }
  throw new NselfError('configuration', `no database is set for ${environment}`, {
    hint: howToSet,
  })
}

/** Lets a command print the password, where one is set. @param signal ends it; null where nothing interrupts. */
export function withPasswordCommand(
  target: Target,
  variables: Variables,
  onSecret: (secret: string) => void,
  signal: AbortSignal | null,
): Target {
  const name = 'NSELF_PASSWORD_COMMAND'
  const command = variables.get(name)
  if (command === undefined || target.kind !== 'server') return target
  const passwordSource = new PasswordCommand(command.value, describe(name, command), onSecret, signal)
  return { ...target, link: { ...target.link, passwordSource } }
}

/** Works as a role from the first statement on; of the embedded server everything is ours. */
export function withRole(target: Target, role: string | undefined): Target {
  if (role === undefined || target.kind !== 'server') return target
  const { options } = target.link ?? {}
  const setting = `-c role=${role.replace(/[\\\s]/g, '\\$&')}`
  return {
    ...target,
    link: { ...target.link, role, options: options === undefined ? setting : `${options} ${setting}` },
  }
}
