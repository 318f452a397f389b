import { NselfError } from '../../core/errors.ts'
import { locateIn, sourceOf } from '../../core/migration/section-text.ts'
import { type Plan, resumes } from '../../core/plan/plan.ts'
import type { Inspected } from '../../parsers/postgres/script-look.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readWalkedTable } from '../../postgres/run/walked-table.ts'

/**
 * Refuses batches over a table that cannot be walked by their key, before anything of the run is done. What an earlier
 * file of the run names, or makes unseen, may be another table by then, and what another role runs that role may see
 * alone: these are looked at when it is their turn.
 * @throws NselfError `invalid-migration` with the place.
 */
export async function refuseUnfitBatches(
  client: Client,
  { steps }: Plan,
  scripts: readonly Inspected[],
): Promise<void> {
  const resumed = new Set(steps.filter(resumes).map(({ name }) => name))
  for (const [i, { name, section, path }] of scripts.entries()) {
    const { batch, role } = section
    const statement = section.statements.at(0)
    if (batch === null || role !== null || statement === undefined || section.kind === 'streamed') continue
    // How far it has come is told with what keeps it from going on.
    if (resumed.has(name)) continue
    if (!scripts.slice(0, i).every((earlier) => leavesAlone(earlier, batch.table.name))) continue
    const table = await readWalkedTable(client, batch)
    if (!(table instanceof Error)) continue
    const text = sourceOf(section).slice(statement.start, statement.end)
    throw new NselfError('invalid-migration', table.message, {
      location: locateIn(section, path, statement.start, text, 0),
      hint: `${table.hint}; nothing was run`,
    })
  }
}

/** What can make, move or show another table without its name: functions, extensions, schemas, names that are escaped. */
const unseen = /search_path|\b(?:select|do|call|extension|schema)\b|\bu&"/i

function leavesAlone({ section }: Inspected, table: string): boolean {
  if (section.kind !== 'held' || unseen.test(section.sql)) return false
  return !section.sql.replaceAll('""', '"').toLowerCase().includes(table.toLowerCase())
}
