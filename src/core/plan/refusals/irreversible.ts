import { NselfError } from '../../errors.ts'
import { fileOfDown } from '../../migration/down-file.ts'
import { listNames } from '../../migration/entry-words.ts'
import type { Entry } from '../../migration/state.ts'

/** What has no DOWN. `chosen`: what was applied last comes first. `wayOut`: what to do instead of writing one. @throws NselfError `refused`. */
export function refuseIrreversible(chosen: readonly Entry[], wayOut?: string): void {
  const stuck = chosen.filter((entry) => {
    const file = fileOfDown(entry)
    return file === null ? entry.applied?.revertible !== true : file.down === null
  })
  if (stuck.length === 0) return
  const edited = stuck.find(({ status, file }) => status === 'edited' && file?.down)
  throw new NselfError('refused', `cannot revert ${listNames(stuck)}: no DOWN`, {
    hint: edited
      ? `${edited.name} had none when it was applied, and its file has changed since. If the DOWN that it has now fits, accept the file: nself db migrate repair --accept ${edited.version}. Nothing was changed`
      : (wayOut ?? writeOne(stuck, chosen)),
  })
}

function writeOne([first]: readonly Entry[], [newest]: readonly Entry[]): string {
  if (first === undefined) return ''
  const make =
    first.file === null ? 'bring its file back and write one' : `nself db migrate create --down-of ${first.name}`
  const after =
    first === newest ? '' : `; or revert only what was applied after it: nself db migrate down --to ${first.name}`
  return `write its DOWN, or have it written: ${make}${after}; nothing was changed`
}
