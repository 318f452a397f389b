import { type Environment, parseEnvironment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { placeOf, type Server } from '../../postgres/driver/server.ts'
import { type Context, resolveServer } from './context.ts'

/** A server that a person names. */
export interface NamedServer {
  readonly label: string
  readonly resolve: () => Promise<Server>
}

/** Null for what is no URL. @throws NselfError `configuration` for a URL that cannot be read. */
export function serverOfUrl({ settings, settingsOf }: Context, text: string): NamedServer | null {
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return null
  const { target } = settingsOf(settings.environment, text)
  return target.kind === 'server' ? { label: placeOf(target), resolve: async () => target } : null
}

/** The server of an environment: its own is what `nself env` shows, process environment and --database-url included. */
export function serverOfEnvironment(context: Context, environment: Environment): NamedServer {
  const { settings, settingsOf } = context
  const own = environment === settings.environment ? settings : settingsOf(environment, null)
  return { label: environment, resolve: () => resolveServer({ ...context, settings: own }) }
}

/** @param flag with which it was named, for the message. @throws NselfError `usage` for what is neither. */
export function namedServer(context: Context, text: string, flag: string): NamedServer {
  const server = serverOfUrl(context, text)
  if (server !== null) return server
  return serverOfEnvironment(
    context,
    environmentOf(
      text,
      `${flag} takes an environment or a URL, and "${text}" is neither`,
      `for example: ${flag} production, or ${flag} postgresql://…`,
    ),
  )
}

/** @throws NselfError `usage` with that message for a word that is none. */
export function environmentOf(text: string, message: string, hint: string): Environment {
  try {
    return parseEnvironment(text)
  } catch (cause) {
    throw new NselfError('usage', message, { hint, cause })
  }
}
