import type { Question } from '../../core/guard/guard.ts'
import type { Design } from '../../core/schema/design.ts'
import { renameCandidates } from '../../core/schema/rename-candidates.ts'
import { parseRenames } from '../../core/schema/rename-flags.ts'
import { refuseUnknownTargets } from '../../core/schema/rename-targets.ts'
import { renamedKeys } from '../../core/schema/renamed-keys.ts'
import { pathOf, type Rename, renameFlag, renameText } from '../../core/schema/renames.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { Compared } from '../../postgres/diff/compare-design.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { catalogOf } from '../../postgres/scratch/read.ts'
import type { Context } from './context.ts'

/** The renames that flags name. @throws NselfError `usage`. */
export async function namedRenames(texts: readonly string[], migrated: Server, design: Design): Promise<Rename[]> {
  const renames = parseRenames(texts, await catalogOf(migrated))
  refuseUnknownTargets(renames, design)
  return renames
}

/** A design compared with the renames that a person confirms, and those of indexes and constraints, which cost nothing. */
export async function comparedWith(
  context: Context,
  asked: readonly Rename[],
  compare: (renames: readonly Rename[]) => Promise<Compared>,
): Promise<{ compared: Compared; renames: readonly Rename[] }> {
  const first = await compare(asked)
  const chosen = await askRenames(context, first, asked)
  const renames = [...asked, ...chosen]
  const second = chosen.length > 0 ? await compare(renames) : first
  const keys = renamedKeys(second.current.catalog, second.wanted)
  if (keys.length === 0) return { compared: second, renames }
  return { compared: await compare([...renames, ...keys]), renames: [...renames, ...keys] }
}

/** The renames that a person confirms; without one they are only told of. */
async function askRenames(
  { ask, tell, answers }: Context,
  compared: Compared,
  known: readonly Rename[],
): Promise<Rename[]> {
  const open = renameCandidates(compared.current.catalog, compared.wanted)
  if (ask === null || answers.yes) {
    for (const rename of open) {
      tell(`Note: ${goneAndNew(rename)}; if it was renamed, add --rename ${shellWord(renameFlag(rename))}`)
    }
    return []
  }
  const chosen: Rename[] = []
  for (const rename of open) {
    if (known.some((other) => pathOf(other) === pathOf(rename))) continue
    if ((await ask(questionOf(rename))) === 'renamed') chosen.push(rename)
  }
  return chosen
}

const goneAndNew = (rename: Rename) => `${renameText(rename).replace(' to ', ' is gone and ')} is new`

/** Whoever hesitates reads what either answer means for the data. */
function questionOf(rename: Rename): Question {
  const two = rename.kind === 'column' || rename.kind === 'table' ? `two ${rename.kind}s` : 'two'
  return {
    kind: 'one-of',
    message: `${goneAndNew(rename)}:`,
    options: [
      { answer: 'renamed', text: `it was renamed, keep its data (--rename ${shellWord(renameFlag(rename))})` },
      { answer: 'two', text: `they are ${two}, drop the old` },
    ],
  }
}
