import type { InitResult } from '../../commands/shared/results.ts'
import { databaseName } from '../../core/database-name.ts'
import { withGivenFlags } from './given-flags.ts'
import { untrackedAdvice } from './untracked-advice.ts'

/** What `nself init` has made, which server the project uses, and what to type next. */
export function renderInit({ made, migrations, server, untracked }: InitResult): string {
  const created = made.length === 0 ? 'The project is already set up here.' : `Created ${made.join(', ')}.`
  return withGivenFlags([`${created} ${serverText(server)}`, `Next: ${next(migrations, untracked)}`].join('\n'))
}

function serverText(server: InitResult['server']): string {
  switch (server.kind) {
    case 'configured':
      return `The server is ${databaseName(server.place)} (${server.source})`
    case 'embedded':
      return `No server is set: PostgreSQL ${server.major} will run for this project in .nself`
    case 'none':
      return `No server is set, and none can run here (${server.reason}): set DATABASE_URL in .env`
  }
}

function next(migrations: number, untracked: number | null): string {
  if (untracked === null || untracked === 0)
    return migrations > 0 ? 'nself db migrate status' : 'nself db migrate create create_users'
  return untrackedAdvice(migrations, untracked)
}
