import { NselfError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { systemCodeOf } from '../../core/system-error.ts'
import { passwordSourceOf } from './client-config.ts'
import { type Server, spokenPlace } from './server.ts'
import { tlsHint } from './tls.ts'

/** What the system calls a failure, in words. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the other side closed the connection',
  EPIPE: 'the other side closed the connection',
  ENOTFOUND: 'no host has that name',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'no answer within the time allowed',
  EHOSTUNREACH: 'no route leads to that host',
  ENETUNREACH: 'the network cannot be reached',
  ENOENT: 'there is no such socket',
  EACCES: 'permission denied',
}

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is the server running, and is this its host and port?',
  ENOENT: 'is the server running, and is this the folder of its socket?',
  ENOTFOUND: 'check the host name',
  EAI_AGAIN: 'check the host name and the network',
  ETIMEDOUT: 'check the host, the port and any firewall in between',
  EHOSTUNREACH: 'check the host, the network and any firewall in between',
  ENETUNREACH: 'check the network',
  '28P01': 'check the password (POSTGRES_PASSWORD, DATABASE_URL or --database-url)',
  '28000': "check the user and the server's pg_hba.conf",
  '53300': 'the server has no free connection; close some, or raise max_connections',
  '57P03': 'the server is starting or stopping; try again in a moment',
}

/** Why a connection could not be made, and what to look at. */
export function connectionError(error: unknown, server: Server): NselfError {
  const code = systemCodeOf(error)
  const text = reasons[code ?? ''] ?? ((error instanceof Error && error.message) || code || 'no answer')
  return new NselfError('connection', `cannot connect to ${spokenPlace(server)} as ${server.user}: ${text}`, {
    hint:
      roleHint(text, server.link?.role) ??
      (code === '3D000' ? `create the database first: ${createLine(server)}` : undefined) ??
      tlsHint(error, server.ssl) ??
      commandHint(code, server) ??
      hints[code ?? ''] ??
      'to see the server and where each setting comes from: nself env',
    cause: error,
  })
}

function commandHint(code: string | undefined, server: Server): string | null {
  const command = code === '28P01' ? passwordSourceOf(server) : null
  return (
    command && `the server refuses the password that the command of ${command.source} prints: run it by hand to see`
  )
}

function createLine({ host, port, user, database }: Server): string {
  return `createdb -h ${shellWord(host)} -p ${port} -U ${shellWord(user)} ${shellWord(database)}`
}

function roleHint(text: string, role: string | undefined): string | null {
  if (role === undefined || !/\brole\b/.test(text)) return null
  return `NSELF_ROLE is ${role}: is there such a role, and is the login a member of it? GRANT ${quoteIdentifier(role)} TO …`
}
