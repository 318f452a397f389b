import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { connectBeside } from '../../postgres/databases/databases.ts'
import { findMissingRoles } from '../../postgres/databases/roles.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { Context } from './context.ts'

/**
 * Roles of a backup that the server has not, and that may be made without a login: in local only.
 * @throws NselfError `refused` that says what to run first, elsewhere or where the role may not make them.
 */
export async function missingRoles(context: Context, server: Server, roles: readonly string[]): Promise<string[]> {
  const { missing, mayCreate } = await withConnection(connectBeside(server, 'nself'), context.signal, (client) =>
    findMissingRoles(client, roles),
  )
  if (missing.length === 0) return []
  const verb = missing.length === 1 ? 'a role' : 'roles'
  if (context.settings.environment === 'local' && mayCreate) {
    context.tell(
      `The backup names ${verb} that this server does not have: ${missing.join(', ')}. Created without a login`,
    )
    return [...missing]
  }
  throw new NselfError(
    'refused',
    `the backup names ${verb} that ${spokenPlace(server)} does not have: ${missing.join(', ')}`,
    {
      hint: `create them first: ${missing.map((role) => `CREATE ROLE ${quoteIdentifier(role)};`).join(' ')} nothing was changed`,
    },
  )
}
