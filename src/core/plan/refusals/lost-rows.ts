import { NselfError } from '../../errors.ts'
import { listSome } from '../../migration/entry-words.ts'
import type { MigrationName } from '../../migration/migration.ts'
import type { State } from '../../migration/state.ts'

/** What was applied would run a second time, for somebody has deleted its row. */
export function refuseLostRows({ lost }: State): void {
  const [first] = lost
  if (first === undefined) return
  throw new NselfError('refused', lostProblem(lost), {
    hint: `to put ${lost.length === 1 ? 'it' : 'them'} back: nself db migrate repair --rebuild; to run one again instead: nself db migrate repair --forget ${first.version}; nothing was run`,
  })
}

/** What is wrong where rows are gone, in words. */
export function lostProblem(lost: readonly MigrationName[]): string {
  const [rows, were] = lost.length === 1 ? ['the row', 'it was'] : ['the rows', 'they were']
  return `${rows} of ${listSome(lost)} ${lost.length === 1 ? 'is' : 'are'} gone from nself.migrations, but the journal says that ${were} applied`
}
