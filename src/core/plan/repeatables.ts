import { NselfError } from '../errors.ts'
import { fileOfDown } from '../migration/down-file.ts'
import { nameIn } from '../migration/headers.ts'
import {
  type Definition,
  definitionOf,
  type Repeatable,
  type RepeatableEntry,
  type RepeatableSides,
} from '../migration/repeatable.ts'
import type { Entry, State } from '../migration/state.ts'
import { counted } from '../quantities.ts'
import { shellWord } from '../shell-word.ts'
import type { Plan, RepeatableStep, Step } from './plan.ts'

/**
 * What of the repeatables is to run once no migration is pending any more: new and edited ones, and those that depend on
 * them, and those that a migration takes away. First the DOWN of what ran before, dependent ones first, then all of them in
 * their order.
 * @param taken by the migrations that run before, by name: of these there is nothing left for their DOWN.
 * @throws NselfError `invalid-migration` for one that nobody has written yet, `refused` for one that only has another name.
 */
export function repeatableSteps(
  { repeatables }: Pick<State, 'repeatables'>,
  taken: ReadonlySet<string> = new Set(),
): RepeatableStep[] {
  const due: { readonly file: Repeatable; readonly entry: RepeatableEntry }[] = []
  const names = new Set<string>()
  for (const entry of repeatables) {
    const { file, status, name } = entry
    refuseRenamed(entry)
    if (file === null) continue
    const dependsOnDue = file.file.dependsOn.some(({ text }) => names.has(nameIn(text)))
    if (status === 'applied' && !dependsOnDue && !taken.has(name)) continue
    refuseEmptyRepeatable(file)
    names.add(name)
    due.push({ file, entry })
  }
  const isThere = ({ entry }: { readonly entry: RepeatableEntry }) => !entry.isTakenAway && !taken.has(entry.name)
  const downs = due
    .filter(isThere)
    .toReversed()
    .flatMap(({ entry }) => downOf(entry, false))
  return [...downs, ...due.map(({ file }) => up(file, null))]
}

/** What is there already is not made a second time. */
function refuseRenamed({ name, renamedTo }: RepeatableEntry): void {
  if (renamedTo === undefined) return
  const pair = shellWord(`${name}=${renamedTo}`)
  throw new NselfError(
    'refused',
    `the repeatable ${renamedTo} has the text of ${name}, whose file is not here; nothing was run`,
    {
      hint: `if it was renamed: nself db migrate repair --renamed-repeatable ${pair}; if it is another one, which shall run: nself db migrate repair --forget-repeatable ${shellWord(name)}`,
    },
  )
}

function refuseEmptyRepeatable({ file: { path, up } }: Repeatable): void {
  if (up.statements.length > 0 || up.nothingToDo) return
  throw new NselfError('invalid-migration', `${path} has no statement in UP; nothing was run`, {
    hint: 'write its SQL, or remove the file',
  })
}

interface Reverts {
  readonly before: readonly RepeatableStep[]
  readonly after: readonly RepeatableStep[]
}

/**
 * What of the repeatables is done before migrations are reverted, and after it. What ran since the first of these was
 * applied may need what it made: it becomes what it was before that; what did not run before that is taken away by its
 * DOWN, where it has one. What the DOWN of a migration takes away runs again after it.
 */
export function repeatableReverts(state: Pick<State, 'repeatables'>, chosen: readonly Entry[]): Reverts {
  const { gone, restored, again } = revertedBy(state, chosen)
  const changed = restored.filter((entry) => !again.includes(entry))
  const downs = [...gone, ...changed].sort(byPlace(state)).reverse()
  const upAgain = ({ name, ran }: RepeatableEntry) => {
    const definition = definitionAfter(ran, restored)
    return definition === null ? [] : [up(definitionOf(name, definition), definition)]
  }
  return {
    before: [...downs.flatMap((entry) => downOf(entry, gone.includes(entry))), ...changed.flatMap(upAgain)],
    after: again.toSorted(byPlace(state)).flatMap(upAgain),
  }
}

/** What a repeatable is once migrations are reverted. */
function definitionAfter(ran: RepeatableEntry['ran'], restored: readonly RepeatableEntry[]): Definition | null {
  return restored.some((entry) => entry.ran === ran) ? (ran?.before ?? null) : ran
}

interface Reverted {
  /** Of these nothing is left. */
  readonly gone: readonly RepeatableEntry[]
  /** These are again what they were. */
  readonly restored: readonly RepeatableEntry[]
  /** What the DOWN of a migration takes away, as it says. */
  readonly again: readonly RepeatableEntry[]
}

function revertedBy({ repeatables }: Pick<State, 'repeatables'>, chosen: readonly Entry[]): Reverted {
  const first = Math.min(...chosen.flatMap(({ applied }) => applied?.position ?? []))
  const since = repeatables.filter(({ ran }) => ran !== null && ran.position >= first)
  const hasBefore = ({ ran }: RepeatableEntry) => ran?.before != null && ran.before.position < first
  const gone = since.filter((entry) => !hasBefore(entry) && downOf(entry, true).length > 0)
  const taken = new Set(chosen.flatMap((entry) => fileOfDown(entry)?.down?.reruns ?? []))
  const isThere = ({ ran, isTakenAway }: RepeatableEntry) => ran !== null && ran.text !== '' && !isTakenAway
  return {
    gone,
    restored: since.filter(hasBefore),
    again: repeatables.filter((entry) => taken.has(entry.name) && isThere(entry) && !gone.includes(entry)),
  }
}

/**
 * Repeatables that a plan to revert leaves as they are, although they ran since the first of what it reverts: nothing is
 * kept of what they were before, and they have no DOWN.
 */
function keptRepeatables({ action, steps }: Plan, state: Pick<State, 'repeatables'>): string[] {
  if (action !== 'down') return []
  const first = Math.min(...steps.flatMap(({ applied }) => applied?.position ?? []))
  const known = new Set(steps.flatMap((step) => (step.kind === 'repeatable' ? [step.repeatable.name] : [])))
  return state.repeatables.flatMap(({ name, ran }) =>
    ran !== null && ran.position >= first && !known.has(name) ? [name] : [],
  )
}

/** What is to be said of those, before anything is reverted. */
export function keptNotes(plan: Plan, state: Pick<State, 'repeatables'>): string[] {
  return keptRepeatables(plan, state).map(
    (name) =>
      `the repeatable ${name} is kept as it is, for it has no DOWN, and what it was before that is not known; if it needs what is reverted, reverting fails`,
  )
}

const byPlace =
  ({ repeatables }: Pick<State, 'repeatables'>) =>
  (a: RepeatableEntry, b: RepeatableEntry): number =>
    repeatables.indexOf(a) - repeatables.indexOf(b)

/** Files and rows as they are once these migrations are reverted. */
export function repeatablesAfter(state: Pick<State, 'repeatables'>, chosen: readonly Entry[]): RepeatableSides {
  const { gone, restored } = revertedBy(state, chosen)
  const rows = state.repeatables.flatMap((entry) => {
    const { name, ran } = entry
    if (ran === null || gone.includes(entry)) return []
    if (!restored.includes(entry) || ran.before === null) return [ran]
    const { checksum } = definitionOf(name, ran.before).file
    return [{ ...ran, ...ran.before, checksum, before: null }]
  })
  return { files: filesOf(state), rows }
}

/** The repeatables that have a file here. */
export function filesOf({ repeatables }: Pick<State, 'repeatables'>): Repeatable[] {
  return repeatables.flatMap(({ file }) => file ?? [])
}

/** The DOWN of what ran; none where it has none. */
function downOf({ name, ran }: RepeatableEntry, forgets: boolean): RepeatableStep[] {
  if (ran === null || ran.text === '') return []
  const repeatable = definitionOf(name, ran)
  const { file } = repeatable
  if (file.down === null) return []
  const common = { kind: 'repeatable', direction: 'down', version: null, applied: null } as const
  return [{ ...common, name: `${file.name} (DOWN)`, file, repeatable, restores: null, forgets }]
}

function up(repeatable: Repeatable, restores: RepeatableStep['restores']): RepeatableStep {
  const common = { kind: 'repeatable', direction: 'up', version: null, applied: null } as const
  return { ...common, name: repeatable.file.name, file: repeatable.file, repeatable, restores, forgets: false }
}

/** How many repeatables wait because migrations stay pending, of a plan that runs none. */
export function waitingRepeatables(plan: Plan, { repeatables }: State): number {
  if (plan.action !== 'up' || plan.steps.some(isRepeatable)) return 0
  const taken = new Set(plan.steps.flatMap(({ file }) => file?.reruns ?? []))
  return repeatables.filter(
    ({ name, status }) => status === 'pending' || status === 'edited' || (status === 'applied' && taken.has(name)),
  ).length
}

/** Whether a step runs a repeatable, not a migration. */
export function isRepeatable(step: Step): step is RepeatableStep {
  return step.kind === 'repeatable'
}

/** `3 migrations and 1 repeatable`, of steps of which those of one repeatable count as one. */
export function countSteps(steps: readonly Pick<Step, 'name' | 'kind'>[]): string {
  const names = (kind: Step['kind']) =>
    new Set(steps.filter((step) => step.kind === kind).map(({ name }) => name.replace(/ \(DOWN\)$/, ''))).size
  const [migrations, repeatables] = [names('migration'), names('repeatable')]
  const some = (count: number, what: string) => (count === 0 ? [] : [counted(count, what)])
  const parts = [...some(migrations, 'migration'), ...some(repeatables, 'repeatable')]
  return parts.length === 0 ? '0 migrations' : parts.join(' and ')
}
