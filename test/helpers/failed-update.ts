import { UpdateStages } from '../../src/commands/shared/update-stages.ts'
import { NselfError } from '../../src/core/errors.ts'
import { checkout } from './cli.ts'
import { contextIn } from './context.ts'

/** The stages of an update that has taken a backup and applied one migration when the next one fails. @param told what they say. */
export function failedUpdate(told: string[], message: string): UpdateStages {
  const context = contextIn({ root: checkout, url: 'postgresql://deploy@127.0.0.1:5432/shop' }, told)
  const stages = new UpdateStages({ ...context, now: () => 0 })
  stages.begin(1)
  stages.context.tell('taking a backup…')
  stages.begin(2)
  stages.stepDone()({ name: '018_backfill_points' }, 'done')
  stages.failed(new NselfError('migration-failed', message), null)
  return stages
}
