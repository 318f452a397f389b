import type { CreateResult, RenumberResult } from '../../commands/shared/migrate-results.ts'
import { withGivenFlags } from './given-flags.ts'

/** The file that was made, or into which a DOWN was written, and what to do next. */
export function renderCreate({ path, isSeed, down }: CreateResult): string {
  if (down === undefined) {
    const run = isSeed ? 'nself db seed' : 'nself db migrate up'
    return withGivenFlags(`Created ${path}. Next: write its SQL, then: ${run}`)
  }
  return [
    `Wrote a DOWN into ${path}, proven on a scratch database: it restores the previous schema`,
    ...down.lost.map((line) => `  ! ${line}`),
    'Where it is already applied, the database has no DOWN stored: down runs the one in this file.',
    'Next: review it before you rely on it',
  ].join('\n')
}

/** The new name of a file, and the files that named it. */
export function renderRenumber({ from, to, updated }: RenumberResult): string {
  return [`Renamed ${from} to ${to}`, ...updated.map((path) => `Fixed depends_on in ${path}`)].join('\n')
}
