import { NselfError } from '../errors.ts'
import { nameIn } from '../migration/headers.ts'
import { isSameText } from '../migration/identity.ts'
import type { Migration } from '../migration/migration.ts'
import { hasTextOf } from '../migration/repeatable.ts'
import type { State } from '../migration/state.ts'
import { type Repair, renamed, renamedRepeatable } from './repair.ts'

/**
 * What `--renamed OLD=NEW` asks for.
 * @throws NselfError `usage` unless the first is applied, its file is gone, and the second is pending with its text.
 */
export function renamedFor(state: State, from: string, to: string): Repair {
  const { entries } = state
  const [olds, news] = [from, to].map((version) => entries.filter((entry) => entry.version === version))
  const row = olds?.find(({ file }) => file === null)?.applied
  if (!row) {
    const here = olds?.find(({ file }) => file !== null)
    throw wrong(here === undefined ? `version ${from} is not in the history` : stillHere(`${here.name}.sql`))
  }
  const files = news?.filter(({ file }) => file !== null) ?? []
  const file = files.find(({ applied }) => applied === null)?.file
  if (file && !isTaken(state, file)) {
    if (isSameText(file, row)) return renamed(file, row)
    throw wrong(`${file.name} does not have the text of ${row.name}`)
  }
  const [other] = files
  throw wrong(other === undefined ? `no file has the number ${to}` : `version ${to} is not pending`)
}

/**
 * What `--renamed-repeatable OLD=NEW` asks for.
 * @throws NselfError `usage` unless the first ran, its file is gone, and the second has its text and did not run.
 */
export function renamedRepeatableFor({ repeatables }: State, from: string, to: string): Repair {
  const [old, now] = [from, to].map((text) => repeatables.find(({ name }) => name === nameIn(text)))
  if (!old?.ran) throw wrong(`no repeatable ${nameIn(from)} has run here`)
  if (old.file !== null) throw wrong(stillHere(`${old.name}.sql`))
  if (!now?.file) throw wrong(`there is no file ${nameIn(to)}.sql among the repeatables`)
  if (now.ran !== null) throw wrong(`the repeatable ${now.name} has run under its own name`)
  if (hasTextOf(now.file, old.ran)) return renamedRepeatable(old.name, now.name)
  throw wrong(`${now.name}.sql does not have the text of ${old.name} as it ran`)
}

/** Whether another migration is applied under the number of a file. */
export function isTaken({ entries }: State, { version }: Migration): boolean {
  return entries.some(({ file, applied }) => file === null && applied?.version === version)
}

const stillHere = (file: string) => `${file} is still there under its name, so it was not renamed`

function wrong(problem: string): NselfError {
  return new NselfError('usage', problem, { hint: 'see nself db migrate status' })
}
