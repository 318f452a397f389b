import { NselfError } from '../../errors.ts'
import { listNames, listSome } from '../../migration/entry-words.ts'
import { wasEmpty } from '../../migration/identity.ts'
import type { Entry, State } from '../../migration/state.ts'

/** What was applied, and has a file with another text now. @throws NselfError `refused`. */
export function refuseEdited(state: State): void {
  const edited = state.entries.filter((entry) => entry.status === 'edited')
  if (edited.length === 0) return
  const versions = (entries: readonly Entry[]) => entries.map((entry) => entry.version).join(',')
  const empty = edited.filter(({ applied }) => applied !== null && wasEmpty(applied))
  const others = edited.filter((entry) => !empty.includes(entry))
  const hints = [
    empty.length === 0
      ? ''
      : `${listSome(empty)} had no statement when applied: nself db migrate repair --forget ${versions(empty)}, and the next up runs it`,
    others.length === 0
      ? ''
      : `undo the edit and write a new migration instead${redoHint(state, others)}, or accept it as it is: nself db migrate repair --accept ${versions(others)}`,
  ]
  throw new NselfError(
    'refused',
    `${listNames(edited)} ${edited.length === 1 ? 'was applied, and its file has' : 'were applied, and their files have'} changed since`,
    {
      hint: hints.filter((hint) => hint !== '').join('; '),
    },
  )
}

/**
 * Where all that was applied since can be reverted, a local database can have the edit itself. It names that environment:
 * wherever this is read, it is no advice for another one.
 */
export function redoHint({ entries }: State, edited: readonly Entry[]): string {
  const since = Math.min(...edited.map(({ applied }) => applied?.position ?? 0))
  const later = entries.filter(({ applied }) => applied !== null && applied.position >= since)
  if (later.some(({ applied, file }) => applied?.revertible !== true || file === null)) return ''
  return `, or locally revert it and apply it again: nself db migrate redo${later.length === 1 ? '' : ` ${later.length}`} --env local`
}
