import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { counted } from '../../core/quantities.ts'
import { touchesAccess } from '../../core/schema/access.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import { painted } from './design.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

/** How the database differs from what its migrations make, and what to type next. */
export function driftLines(
  { differences, inAccess, since: place }: NonNullable<StatusResult['drift']>,
  environment: StatusResult['environment'],
  isAllApplied: boolean,
  paint: Paint,
  width: number,
): string[] {
  const more = withGivenFlags('nself db migrate status --drift --all')
  const hidden =
    inAccess === 0
      ? []
      : [paint.red(fold(`${counted(inAccess, 'difference')} in owners and rights: ${more}`, width, '  '))]
  if (differences.length === 0 && inAccess > 0) return ['', ...hidden]
  if (differences.length === 0) return ['', paint.green('No drift: the database is what its migrations make')]
  const since = place === null ? '' : ` since ${place}`
  return [
    '',
    paint.red(fold(`Drift: the database differs from what its migrations make${since}`, width, '  ')),
    ...differences.map((item) =>
      painted(item, paint, fold(differenceLine(item, 'the migrations', 'the database'), width, '  ')),
    ),
    ...hidden,
    ...adviceLines(differences, environment, isAllApplied, width),
  ]
}

/** SQL is made of all files: what is not applied yet would be in it, too. */
function adviceLines(
  differences: readonly Difference[],
  environment: StatusResult['environment'],
  isAllApplied: boolean,
  width: number,
): string[] {
  if (!isAllApplied) {
    const again = 'when everything is applied, this says how to keep or undo it: nself db migrate status --drift'
    return [fold(withGivenFlags(`Then: ${again}`), width, '      ')]
  }
  const [sql, write] = [
    differences.some(touchesAccess) ? '--sql --all' : '--sql',
    environment === 'local' ? '' : ' --write',
  ]
  const keep = [
    `to keep it: nself db schema diff ${environment} migrations ${sql} > change.sql`,
    'make change.sql the UP of a new migration: nself db migrate create keep_changes',
    'then, with its number: nself db migrate repair --mark-applied <number>',
  ]
  const undo = `to undo it: nself db schema diff migrations ${environment} ${sql} | nself db query -${write}`
  const lines = (text: string) => fold(withGivenFlags(text), width, '      ', 6)
  return [`Next: ${lines(`${keep.join('; ')}`)}`, `      ${lines(`or ${undo}`)}`]
}
