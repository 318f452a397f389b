import { emptySection, type HeldSection, ranWith } from '../../core/migration/section.ts'
import { parseStoredDown, storedDown, storedPath } from '../../core/migration/stored-down.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import { refuseOtherValues } from '../../core/plan/other-values.ts'
import { type MigrationStep, resumes, type Step } from '../../core/plan/plan.ts'
import type { Client } from '../driver/pg.ts'
import { readStoredDown } from '../tracking/stored-down.ts'
import { type WatchStart, watched } from './effects.ts'
import { wholeMessage } from './messages.ts'
import type { Work } from './transaction.ts'

/** What a step runs; a DOWN that no file has comes from the database. */
export async function workOf(
  client: Client,
  step: Step,
  start: WatchStart | null,
  variables: VariableValues,
): Promise<Work> {
  const { file } = step
  const watch = watched(step.watch, start)
  const isUp = step.direction === 'up' && file !== null
  const written = isUp
    ? file.up
    : (file?.down ?? (step.kind === 'migration' ? await storedSection(client, step) : emptySection))
  const section = variables.fill(
    isUp ? written : ranWith(written, step.applied?.variables),
    file?.path ?? storedPath(step.name),
  )
  const work: Work = {
    step,
    section,
    whole: wholeMessage(section),
    downSql: isUp ? storedDown(file) : null,
    values: (section.kind === 'held' && section.written?.values) || null,
    watched: watch,
  }
  refuseOtherValues(step, work.values)
  // Fixed so that it would fit a transaction or not: what is done of it must not be done again.
  return resumes(step) ? { ...work, section: { ...section, transaction: false } } : work
}

async function storedSection(client: Client, { name, version }: MigrationStep): Promise<HeldSection> {
  const text = await readStoredDown(client, { version, name })
  return (text === null ? null : parseStoredDown(version, name, text)) ?? emptySection
}
