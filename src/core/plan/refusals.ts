import { NselfError } from '../errors.ts'
import { wasEmpty } from '../migration/identity.ts'
import type { Migration, MigrationName } from '../migration/migration.ts'
import type { Entry, State } from '../migration/state.ts'

export function listNames(entries: readonly { readonly name: string }[]): string {
  return entries.map((entry) => entry.name).join(', ')
}

/** What keeps `up` from running although it concerns none of what is applied here alone: how files and rows stand to each other. */
export function contradictions(state: State): NselfError[] {
  return [refuseTwins, refuseLostRows, refuseTakenNumbers, refuseRenumbered].flatMap((refuse) => {
    try {
      refuse(state)
      return []
    } catch (error) {
      if (error instanceof NselfError) return [error]
      throw error
    }
  })
}

/** @throws NselfError `conflict` for two files of one version: nobody can tell their order. */
export function refuseTwins({ entries, twins }: State): void {
  const [pair] = twins
  if (pair === undefined) return
  const [a, b] = pair
  const halves = /\.down$/.test(a.name) && /\.up$/.test(b.name)
  const isApplied = (file: Migration) => entries.some((entry) => entry.file === file && entry.applied !== null)
  const applied = pair.find(isApplied)
  const free = applied === a ? b : applied === b ? a : b
  const stands = applied === undefined ? 'neither is applied' : `${applied.name} is applied, ${free.name} is not`
  throw new NselfError('conflict', `two migrations have the version ${a.version}: ${a.path} and ${b.path}; ${stands}`, {
    hint: halves
      ? `make them one file: -- UP, the text of ${b.name}.sql, -- DOWN, the text of ${a.name}.sql`
      : `give ${free.name} the next free number: nself db migrate repair --renumber ${free.name}`,
  })
}

/** What is wrong where rows are gone, in words. */
export function lostProblem(lost: readonly MigrationName[]): string {
  const [rows, were] = lost.length === 1 ? ['the row', 'it was'] : ['the rows', 'they were']
  return `${rows} of ${listSome(lost)} ${lost.length === 1 ? 'is' : 'are'} gone from nself.migrations, but the journal says that ${were} applied`
}

/** The first names of many. */
export function listSome(entries: readonly { readonly name: string }[]): string {
  return entries.length > 6 ? `${listNames(entries.slice(0, 5))} and ${entries.length - 5} more` : listNames(entries)
}

/** What was applied would run a second time, for somebody has deleted its row. */
export function refuseLostRows({ lost }: State): void {
  const [first] = lost
  if (first === undefined) return
  throw new NselfError('refused', lostProblem(lost), {
    hint: `to put ${lost.length === 1 ? 'it' : 'them'} back: nself db migrate repair --rebuild; to run one again instead: nself db migrate repair --forget ${first.version}; nothing was run`,
  })
}

/** Where the file of a missing migration is to be looked for. */
export function fromBranch({ applied }: Entry): string {
  return applied?.branch == null ? '' : `; applied from ${applied.branch}`
}

/** The number of a pending file under which another migration is applied, of which nothing is here. */
export function refuseTakenNumbers({ entries }: State): void {
  const missing = new Map(entries.filter(({ file }) => file === null).map((entry) => [entry.version, entry]))
  if (missing.size === 0) return
  for (const { file, applied, version } of entries) {
    const twin = missing.get(version)
    if (file === null || applied !== null || twin === undefined) continue
    throw new NselfError(
      'refused',
      `${file.name} is pending, but its number is that of ${twin.name}, which is applied here`,
      {
        hint: `the file of ${twin.name} is not here${fromBranch(twin) || ': it belongs to another branch or checkout'}. Give the pending one the next free number: nself db migrate repair --renumber ${file.name}; or revert ${twin.name} by its stored DOWN: nself db migrate sync; nothing was run`,
      },
    )
  }
}

/** What is pending here, but did its work already under another number. */
export function refuseRenumbered({ entries }: State): void {
  const found = entries.filter(({ sameAs }) => sameAs !== null)
  const [first] = found
  if (first?.sameAs == null) return
  const flags = found.map(({ version, sameAs }) => `--renamed ${sameAs?.version}=${version}`).join(' ')
  throw new NselfError(
    'refused',
    `${first.name} has the same text as ${first.sameAs.name}, which is applied and whose file is gone: its work would be done twice`,
    {
      hint: `if it was renamed: nself db migrate repair ${flags}; to run it again on purpose, write in it: -- nself: allow same-text because REASON; nothing was run`,
    },
  )
}

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

/** What stopped partially applied or reverted can only be resumed in its own direction, from its own file. */
export function refusePartial(state: State): void {
  const failed = state.entries.filter((entry) => entry.status === 'failed')
  const reverting = failed.find((entry) => entry.applied?.state === 'reverting')
  if (reverting !== undefined) {
    throw new NselfError('refused', `${reverting.name} is partially reverted`, {
      hint: 'finish it first: nself db migrate down; or see nself db migrate repair',
    })
  }
  const lost = failed.find((entry) => entry.file === null)
  if (lost !== undefined) {
    throw new NselfError('refused', `${lost.name} is partially applied, and its file is not here${fromBranch(lost)}`, {
      hint: 'bring the file back, or see nself db migrate repair',
    })
  }
}

export function outOfOrder(late: readonly Entry[], entries: readonly Entry[]): NselfError {
  const [have, number] = late.length === 1 ? ['has', 'a lower number'] : ['have', 'lower numbers']
  const last = entries.findLast(({ status }) => status === 'applied')
  const applied = last === undefined ? 'what is already applied' : `${last.name}, which is already applied`
  return new NselfError('refused', `${listNames(late)} ${have} ${number} than ${applied}`, {
    hint: `to give it the next number: nself db migrate repair --renumber ${late[0]?.name}; to apply it as it is: nself db migrate up --allow-out-of-order`,
  })
}
