import { NselfError } from '../errors.ts'
import { batchesBefore } from '../migration/batches-before.ts'
import { counted } from '../quantities.ts'
import { rowsText } from '../rows-done.ts'
import { type MigrationStep, resumes, type Step } from './plan.ts'

/** What stopped between two batches is resumed by the statement that began, or not at all. */
export function refuseEditedBatches(steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind !== 'migration' || !resumes(step) || step.file === null) continue
    const section = step.direction === 'up' ? step.file.up : step.file.down
    const recorded = step.applied?.batches ?? null
    if (section !== null && batchesBefore(section, recorded) === 'edited') throw editedBatches(step)
  }
}

/** What is told of a migration whose statement is another one than that of its batches that are done. */
export function editedBatches({ name, version, applied }: MigrationStep): NselfError {
  const { rows, batches } = applied?.batches ?? { rows: 0, batches: 0 }
  const count = `${rowsText({ rows, of: 0 })} in ${counted(batches, 'batch', 'batches')}`
  return new NselfError(
    'refused',
    `${name} was edited while its batches were running: ${count} were done by the earlier version`,
    {
      hint: `undo that edit (size and pause may change, the statement and its key may not), or start over: nself db migrate repair --forget ${version}; what is done stays in the database`,
    },
  )
}
