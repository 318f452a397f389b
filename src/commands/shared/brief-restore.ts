import { type Backup, takenAtOf } from '../../core/backup.ts'
import type { Briefing } from '../../core/briefing.ts'
import { allRows, databaseSize } from '../../postgres/catalog/all-rows.ts'
import { connect } from '../../postgres/driver/connect.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { afterBackup, briefingOn, goingTables } from './brief.ts'
import type { Context } from './context.ts'

/** What a person is shown where it is asked for; null where it is not. */
export async function whatIsReplaced(
  context: Context,
  server: Server,
  backup: Backup,
  backsUp: boolean,
): Promise<Briefing | null> {
  if (context.settings.environment === 'local') return null
  const { tables, size } = await withConnection(connect(server, 'nself'), context.signal, async (client) => ({
    tables: await allRows(client),
    size: await databaseSize(client),
  }))
  return briefingOn(context, server, {
    title: `${server.database} will be replaced by ${describeBackup(backup)}${backsUp ? afterBackup(size) : ''}:`,
    steps: [goingTables('', 'replaces', tables)],
    notes: [`What was written since ${takenAtOf(backup).slice(0, 19).replace('T', ' ')} UTC is lost.`],
  })
}

/** `nself_full_….dump of 2026-01-22 14:30:00 (production, last 016_…)` */
export function describeBackup(backup: Backup): string {
  const { manifest, name } = backup
  const taken = `${name} of ${takenAtOf(backup).slice(0, 19).replace('T', ' ')}`
  if (manifest === null) return taken
  return `${taken} (${manifest.database}, ${manifest.environment}, last ${manifest.lastVersion ?? 'none'})`
}
