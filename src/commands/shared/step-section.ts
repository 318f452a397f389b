import { ranWith, type Section } from '../../core/migration/section.ts'
import { parseStoredDown, storedPath } from '../../core/migration/stored-down.ts'
import type { Step } from '../../core/plan/plan.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readStoredDown } from '../../postgres/tracking/stored-down.ts'

/** What a step runs, as it is written, and where; a DOWN that no file has comes from the database. Null where there is none. */
export async function sectionOf(
  client: Client,
  step: Step,
): Promise<{ readonly section: Section; readonly path: string } | null> {
  const { direction, file } = step
  const own = direction === 'up' ? file?.up : file?.down
  const recorded = direction === 'down' ? step.applied?.variables : null
  if (file && own) return { section: ranWith(own, recorded), path: file.path }
  if (direction === 'up' || step.kind === 'repeatable') return null
  const { version, name } = step.applied ?? step
  const text = await readStoredDown(client, { version, name })
  const section = text === null ? null : parseStoredDown(version, name, text)
  return section && { section: ranWith(section, recorded), path: storedPath(step.name) }
}
