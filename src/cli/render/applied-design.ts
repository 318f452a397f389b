import type { ApplyResult } from '../../commands/shared/schema-results.ts'
import type { ResetResult } from '../../commands/shared/seed-results.ts'
import { renderImport } from './design.ts'
import { foldBeside } from './fold.ts'
import { renderRun } from './migrate.ts'
import type { Paint } from './paint.ts'
import { renderSeed } from './seed.ts'

/** What a design became, what was run of it, and the seeds. */
export function renderApply({ import: made, migrations, seeds }: ApplyResult, paint: Paint, width: number): string {
  return [
    renderImport(made, paint, width, true),
    foldBeside(renderRun(migrations), width),
    ...(seeds === null ? [] : [foldBeside(renderSeed(seeds), width)]),
  ].join('\n')
}

/** What was run again, and the seeds. */
export function renderReset({ migrations, seeds }: ResetResult): string {
  return `${renderRun(migrations)}\n${renderSeed(seeds)}`
}
