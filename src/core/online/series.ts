import type { Change } from '../schema/generated-statement.ts'
import type { Draft } from '../schema/migration-text.ts'
import { effectsOf } from '../schema/statement-effects.ts'
import type { Successor } from '../schema/successors.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import type { Filled } from './filled.ts'
import { MadeAnew } from './made-anew.ts'
import { type PlannedChanges, type Replacement, recipeFor, type Shaped, shaped, withoutEnums } from './recipes.ts'
import { breaksRelease, renamedOnline } from './renames.ts'
import { retypedOnline } from './retype-columns.ts'
import { type Piece, type Stage, stages } from './stages.ts'
import { tablesRenamedOnline } from './table-names.ts'
import type { TablesInUse } from './tables-in-use.ts'

/** One migration of a series. */
export interface OnlineDraft extends Draft {
  /** What its UP fills in batches; null where it does something else. */
  readonly filled: Filled | null
}

/** What is written in place of one migration, and what of it still blocks others for long. */
export interface OnlineSeries {
  readonly drafts: readonly OnlineDraft[]
  readonly blocking: readonly Change[]
  /** The same of DOWN, where UP blocks nobody. */
  readonly blockingBack: readonly Change[]
}

/**
 * Turns the plan of a change into a series of migrations of which none holds a lock that others wait for longer than it
 * takes to get it: constraints are validated after they are there, indexes are built CONCURRENTLY, and what the running
 * release still uses goes in files that wait for the new one. What nothing is known for stays as it is planned.
 * @throws NselfError `refused` where a name that the series needs is too long.
 */
export function onlineSeries(
  drafts: readonly Draft[],
  facts: TablesInUse,
  said: readonly Successor[] | null = null,
): OnlineSeries {
  const whole = drafts.at(-1)
  if (whole === undefined) return { drafts: [], blocking: [], blockingBack: [] }
  // An enum that gets values before is another one by then.
  const successors = drafts.length === 1 ? said : null
  const plan: PlannedChanges = { ups: whole.up.map(shaped), downs: whole.down.map(shaped), facts, successors }
  const found = recipesFor(plan)
  const anew = new MadeAnew(withoutEnums(plan, found))
  const pieces = [...ordinaryPieces(plan, found, anew), ...found.flatMap((recipe) => recipe.pieces)]
  const series = Object.keys(stages)
    .filter(isStage)
    .flatMap((stage) => draftsOf(stage, pieces, facts))
  const first = drafts.slice(0, -1).map((draft) => ({ ...draft, filled: null }))
  const all: OnlineDraft[] = [...first, ...(series.length > 1 ? series : series.map(({ suffix: _, ...only }) => only))]
  const blocking: Change[] = []
  const marked = all.map((draft) => ({
    ...draft,
    up: draft.up.map((change) => markedIfBlocking(change, { facts, anew }, blocking)),
  }))
  const ways = new Set(blocking.map(({ table }) => table))
  const blockingBack: Change[] = []
  const both = marked.map((draft) => ({
    ...draft,
    down: draft.down.map((change) => (ways.has(change.table) ? change : markedWayBack(change, facts, blockingBack))),
  }))
  return { drafts: both, blocking, blockingBack }
}

const blocks = (lines: readonly string[]) => lines.some((line) => /nobody can use|blocks writes/i.test(line))

const notOnline = 'This DOWN is not online. To go back online, put the design back and write that with --online.'

/** What is quick on the way there and blocks others for long on the way back. */
function markedWayBack(change: Change, { after }: TablesInUse, blocking: Change[]): Change {
  const effects = change.remarks === undefined ? effectsOf(change, after) : []
  if (!blocks(effects)) return change
  blocking.push(change)
  return { ...change, keepsPlace: true, remarks: [...effects, notOnline] }
}

const isStage = (name: string): name is Stage => Object.hasOwn(stages, name)

function recipesFor(plan: PlannedChanges): Replacement[] {
  const done = new Set<Change>()
  const retyped = retypedOnline(plan)
  const first = [...(retyped === null ? [] : [retyped]), ...renamedOnline(plan), ...tablesRenamedOnline(plan)]
  for (const change of first.flatMap(({ ofUp, ofDown }) => [...ofUp, ...ofDown])) done.add(change)
  const others = plan.ups.flatMap((up) => {
    const found = done.has(up.change) ? null : recipeFor(up, plan)
    if (found === null || found.ofDown.some((change) => done.has(change))) return []
    for (const change of [...found.ofUp, ...found.ofDown]) done.add(change)
    return [found]
  })
  return [...first, ...others]
}

/** What stays as it was planned: what is new first, and what goes when no release uses it any more. */
function ordinaryPieces(plan: PlannedChanges, found: readonly Replacement[], anew: MadeAnew): Piece[] {
  const left = new Map<Change, readonly Change[]>()
  for (const { ofUp, ofDown, up, down } of found) {
    for (const change of ofUp) left.set(change, change === ofUp[0] ? (up ?? []) : [])
    for (const change of ofDown) left.set(change, change === ofDown[0] ? (down ?? []) : [])
  }
  const [goes, comesBack] = [goesLast(plan, anew), comesBackFirst(plan, anew)]
  const rest = (side: readonly Shaped[], isLast: (item: Shaped) => boolean, stage: OrdinaryStage) =>
    side.flatMap((item) => {
      const own = item.change.keepsPlace === true ? 'rename' : isLast(item) ? 'drop' : 'add'
      if (own !== stage) return []
      return left.get(item.change) ?? [item.change]
    })
  const ordinary: readonly OrdinaryStage[] = ['rename', 'add', 'drop']
  return ordinary.map((stage) => ({
    stage,
    up: rest(plan.ups, goes, stage),
    down: rest(plan.downs, comesBack, stage),
  }))
}

type OrdinaryStage = 'rename' | 'add' | 'drop'

const plainDrop = /^DROP (?:TYPE|SCHEMA|SEQUENCE|DOMAIN|EXTENSION) /

function goesLast({ facts }: PlannedChanges, anew: MadeAnew): (item: Shaped) => boolean {
  return ({ change, shape }) =>
    shape?.verb === 'drop column' ||
    shape?.verb === 'drop table' ||
    (change.table !== null && facts.isDropped(change.table)) ||
    anew.canWait(change) ||
    (!anew.isKnotted && plainDrop.test(change.sql))
}

function comesBackFirst({ ups, facts }: PlannedChanges, anew: MadeAnew): (item: Shaped) => boolean {
  const columns = ups.flatMap(({ shape }) => (shape?.verb === 'drop column' ? [shape] : []))
  const drops = ups.some(({ change }) => plainDrop.test(change.sql))
  return ({ change, change: { table, sql } }) =>
    anew.canWait(change) ||
    (table !== null && facts.isDropped(table)) ||
    columns.some((column) => column.table === table && sql.includes(quoteIdentifier(column.subject))) ||
    (!anew.isKnotted && drops && /^CREATE (?:TYPE|SCHEMA|SEQUENCE|DOMAIN|EXTENSION) /.test(sql))
}

function draftsOf(stage: Stage, all: readonly Piece[], facts: TablesInUse): OnlineDraft[] {
  const pieces = all.filter((piece) => piece.stage === stage)
  const own = pieces.filter(({ file }) => file !== undefined).map((piece) => draftOf(stage, [piece], facts))
  const common = draftOf(
    stage,
    pieces.filter(({ file }) => file === undefined),
    facts,
  )
  return [...own, common].flatMap((draft) => draft ?? [])
}

function draftOf(stage: Stage, pieces: readonly Piece[], facts: TablesInUse): OnlineDraft | null {
  const up = askedOnce(pieces.flatMap((piece) => piece.up))
  const first = pieces.flatMap(({ downFirst }) => downFirst ?? [])
  const down = askedOnce([...first, ...pieces.toReversed().flatMap((piece) => piece.down)])
  if (up.length === 0 && down.length === 0) return null
  const { phase, alone, says } = stages[stage]
  const file = pieces[0]?.file
  const headers = (changes: readonly Change[], own: readonly string[] = []) =>
    own.some((header) => header.startsWith('nself: batch ')) ? own : [...own, ...headersOf(changes, alone, facts)]
  const contract = phase === 'contract'
  return {
    up,
    down,
    filled: file?.filled ?? null,
    suffix: file?.suffix ?? stage,
    contract,
    says,
    headers: {
      up: [...(contract ? ['nself: phase contract'] : []), ...headers(up, file?.up)],
      down: headers(down, file?.down),
    },
  }
}

/** What several changes of a file ask first is asked before the first of them. */
const askedOnce = (changes: readonly Change[]): Change[] =>
  changes.filter(({ sql }, i) => !sql.startsWith('DO ') || changes.findIndex((other) => other.sql === sql) === i)

/** Shorter than a deadlock is waited for, so that it is the migration that steps aside. */
const lockTimeout = 'nself: lock-timeout 500ms'

function headersOf(changes: readonly Change[], alone: boolean, facts: TablesInUse): string[] {
  if (changes.length === 0) return []
  const concurrent = changes.some(({ sql }) => / INDEX CONCURRENTLY /.test(sql))
  const tables = new Set(changes.flatMap(({ table }) => (table !== null && facts.isUsed(table) ? [table] : [])))
  const several = tables.size > 1 && changes.every(({ sql }) => isSimple(sql))
  const apart = !concurrent && changes.length > 1 && (alone || several)
  return [...(apart ? ['nself: no-transaction'] : []), lockTimeout]
}

/** What may be done without the rest: nobody sees half of it. */
const isSimple = (sql: string) =>
  /^(?:COMMENT ON |CREATE (?:TABLE|TYPE|SCHEMA|SEQUENCE|UNIQUE INDEX|INDEX) |ALTER TABLE .* (?:ADD|DROP) (?:COLUMN|CONSTRAINT) |ALTER TABLE .* ALTER COLUMN .* (?:SET|DROP) (?:DEFAULT|NOT NULL))/s.test(
    sql,
  )

/** What blocks others for long stands by itself, and says so. */
function markedIfBlocking(
  change: Change,
  { facts, anew }: { readonly facts: TablesInUse; readonly anew: MadeAnew },
  blocking: Change[],
): Change {
  if (change.remarks !== undefined) return change
  const { shape } = shaped(change)
  const excludes = shape?.verb === 'add constraint' && shape.rest.startsWith('EXCLUDE') && facts.isUsed(shape.table)
  const renames = breaksRelease(change)
  const loss = anew.lossOf(change)
  const effects = [
    ...(excludes ? ['Nobody can use the table while the index is built.'] : effectsOf(change, facts.before)),
    ...(renames ? ['The running release uses the old name and fails from this migration on.'] : []),
    ...(loss === null ? [] : [loss]),
  ]
  if (!renames && loss === null && !blocks(effects)) return change
  blocking.push(change)
  return { ...change, keepsPlace: true, remarks: [...effects, 'There is no known way to do this online.'] }
}
