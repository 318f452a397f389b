import { basename } from 'node:path'
import type { Migration } from '../../core/migration/migration.ts'
import { withOthers } from '../../core/migration/several-faults.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { parserMajor, unparsable } from '../../parsers/postgres/parser.ts'
import type { ParsedScript, Unparsable } from '../../parsers/postgres/section-parser.ts'
import { findUnparsable } from '../../parsers/postgres/syntax.ts'
import type { History } from '../../postgres/tracking/history.ts'
import type { Context } from './context.ts'
import type { ReadPlan } from './look-at-plan.ts'

/**
 * Parses UP and DOWN of every file that is to be applied, before anything runs: what is wrong in the last of them keeps
 * the first from being applied, and a DOWN that could never run is known on the day it is written. What was read of the
 * plan with its trees is not parsed again.
 * @throws NselfError `invalid-migration` with the first place, and the names of the other files.
 */
export async function refuseUnparsable(
  context: Context,
  plan: Plan,
  { facts }: Pick<History, 'facts'>,
  read: ReadPlan,
): Promise<void> {
  if (plan.action === 'down') return
  const major = Math.floor(facts.version / 10_000)
  refuseFaults(context, await faultsOf(plan, major, read, context.settings.variables), major)
}

/** The same of seeds. */
export async function refuseUnparsableSeeds(
  context: Context,
  files: readonly Migration[],
  { facts }: Pick<History, 'facts'>,
): Promise<void> {
  const major = Math.floor(facts.version / 10_000)
  refuseFaults(context, await findUnparsable(scriptsOfFiles(files, context.settings.variables), major), major)
}

function refuseFaults({ tell }: Context, found: readonly Unparsable[], major: number): void {
  const [first, ...others] = found.filter(({ leftToServer }) => !leftToServer)
  if (first !== undefined) {
    const paths = new Set(others.map(({ location }) => location.path))
    paths.delete(first.location.path)
    const what = first.inBody ? 'the body of this function' : 'this'
    throw withOthers(
      unparsable(first, what),
      [...paths].map((path) => basename(path)),
    )
  }
  for (const { location, message } of found) {
    const place = `${location.path}:${location.line}:${location.column}`
    const us = `by the parser of PostgreSQL ${parserMajor}, which nself uses`
    tell(`Note: ${place} cannot be parsed ${us} (${message}); the server, PostgreSQL ${major}, will decide`)
  }
}

/** In the order of the files. */
async function faultsOf(
  { steps }: Plan,
  major: number,
  { scripts, inspection }: ReadPlan,
  variables: VariableValues,
): Promise<Unparsable[]> {
  const files = steps.flatMap(({ direction, file }) => (direction === 'down' ? [] : (file ?? [])))
  const all = [...scriptsOfFiles(files, variables)]
  if (inspection === null) return findUnparsable(all, major)
  const read = new Set(scripts.map(({ section }) => section))
  const rest = all.filter(({ section }) => !read.has(section))
  const found = [...inspection.faults, ...(await findUnparsable(rest, major))]
  const places = new Map(all.map(({ section }, place) => [section, place]))
  const placeOf = ({ script }: Unparsable) => places.get(script.section) ?? all.length
  return found.sort((a, b) => placeOf(a) - placeOf(b))
}

/** UP and DOWN of files, as they are parsed: that every variable of theirs has a value is known later. */
export function* scriptsOfFiles(files: Iterable<Migration>, variables: VariableValues): Generator<ParsedScript> {
  for (const { path, name, up, down } of files) {
    yield { path, name, section: variables.standIn(up, path) }
    if (down !== null) yield { path, name, section: variables.standIn(down, path) }
  }
}
