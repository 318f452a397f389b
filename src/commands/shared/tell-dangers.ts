import { isWidening } from '../../core/danger.ts'
import type { Plan } from '../../core/migration/plan.ts'
import { type Finding, inspect, maybeDangerous } from '../../parsers/postgres/dangers.ts'
import { columnTypes } from '../../postgres/catalog/column-types.ts'
import type { Server } from '../../postgres/driver/connect.ts'
import type { Context } from './context.ts'

const labels = { local: 'Note', staging: 'Warning', production: 'Destructive' }

/** Tells which pending statements destroy data, with file and line, and returns how many. @throws as findDangers. */
export async function tellDangers(context: Context, server: Server, plan: Plan): Promise<number> {
  const dangers = await findDangers(context, server, plan)
  for (const { what, location, migration } of dangers) {
    context.tell(`${labels[context.settings.environment]}: ${migration} ${what} (${location.path}:${location.line})`)
  }
  return dangers.length
}

/**
 * Which pending statements destroy data. In production and staging everything is parsed, so that a fault anywhere stops
 * the run before it begins; locally only what looks dangerous.
 * @throws NselfError `invalid-migration` for what PostgreSQL cannot parse.
 */
export async function findDangers(context: Context, server: Server, plan: Plan): Promise<Finding[]> {
  const { environment } = context.settings
  const files = plan.steps.map((step) => step.file).filter((file) => file !== null)
  const looked =
    environment === 'local' ? files.filter(({ up }) => up.kind === 'held' && maybeDangerous(up.sql)) : files
  if (looked.length === 0) return []
  const inspecting = inspect(looked)
  // Locally the server's own error, with all it knows, comes soon enough.
  const findings = environment === 'local' ? await inspecting.catch(() => []) : await inspecting
  return withoutWidenings(server, findings)
}

/** varchar(10) to varchar(20) loses nothing: whether a new type is wider is told by the one that the column has now. */
async function withoutWidenings(server: Server, findings: readonly Finding[]): Promise<Finding[]> {
  const retyped = findings.flatMap(({ retype }) => (retype ? [retype] : []))
  if (retyped.length === 0) return [...findings]
  const types = await columnTypes(server, retyped)
  return findings.filter(({ retype }) => {
    const before = retype && types[retyped.indexOf(retype)]
    return !before || !retype || !isWidening(before, retype.type)
  })
}
