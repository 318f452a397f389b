import { NselfError } from '../../errors.ts'
import { type Entry, isEmpty } from '../../migration/state.ts'

/** A file that was created and not yet written would count as applied for ever. @throws NselfError `invalid-migration`. */
export function refuseEmpty(chosen: readonly Pick<Entry, 'file' | 'name'>[]): void {
  const empty = chosen.find(({ file }) => file !== null && isEmpty(file))
  if (empty === undefined) return
  throw new NselfError(
    'invalid-migration',
    `${empty.file?.path ?? empty.name} has no statement in UP; nothing was run`,
    {
      hint: 'write its SQL; or, if it should do nothing, put -- nself: nothing-to-do below -- UP',
    },
  )
}
