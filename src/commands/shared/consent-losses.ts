import { typeChange } from '../../core/effects/type-change.ts'
import { NselfError } from '../../core/errors.ts'
import type { Question } from '../../core/guard/guard.ts'
import type { SchemaChanges } from '../../core/schema/changes.ts'
import type { Difference } from '../../core/schema/differences.ts'
import { renameCandidates } from '../../core/schema/rename-candidates.ts'
import { pathOf, type Rename, renameFlag } from '../../core/schema/renames.ts'
import { shellWord } from '../../core/shell-word.ts'
import { shortTypes } from '../../core/sql/plain-names.ts'
import type { Compared } from '../../postgres/diff/compare-design.ts'
import type { Context } from './context.ts'

/**
 * What the design drops, and the values that a new type of a column costs, are written only with consent: a person is
 * asked before anything is proven, and once more for what the proof shows to go along. Without a terminal all is named
 * together, also where it cannot be proven, for that may be because of it. All changes stand above the first question.
 * @returns what was proven, and whether a person was asked.
 * @throws NselfError `not-confirmed`, and as `prove`.
 */
export async function withConsent<T extends { readonly gone: readonly Difference[] }>(
  context: Context,
  compared: Compared,
  { renames, changes, allowed }: ConsentNeed,
  prove: () => Promise<T>,
): Promise<{ readonly done: T; readonly wasAsked: boolean }> {
  if (allowed || context.answers.yes) return { done: await prove(), wasAsked: false }
  const drops = compared.differences.filter(({ sign }) => sign === '-')
  const advice = drops.length === 0 ? '' : renameAdvice(compared, renames, drops)
  const losses = [...drops.map(dropText), ...compared.differences.flatMap(retypeText)]
  const wasAsked = context.ask !== null && losses.length > 0
  if (context.ask !== null) await consent(context, { losses, changes }, advice)
  const done = await prove().catch(async (error) => {
    if (context.ask === null && error instanceof NselfError && error.code === 'not-proven')
      await consent(context, { losses }, advice)
    throw error
  })
  const gone = done.gone.map(dropText)
  const shown = wasAsked ? {} : { changes }
  await consent(context, { losses: context.ask === null ? [...losses, ...gone] : gone, ...shown }, advice)
  return { done, wasAsked: wasAsked || (context.ask !== null && gone.length > 0) }
}

interface ConsentNeed {
  readonly renames: readonly Rename[]
  readonly changes: SchemaChanges
  readonly allowed: boolean
}

interface Losses {
  readonly losses: readonly string[]
  /** Where nobody has read them yet. */
  readonly changes?: SchemaChanges
}

const dropText = ({ kind, name }: Difference) => `${kind} ${name}`

function retypeText({ sign, kind, name, traits }: Difference): string[] {
  const type = sign === '~' && kind === 'column' ? traits.find(({ trait }) => trait === 'type') : undefined
  if (type?.left == null || type.right === null) return []
  const { loses } = typeChange(type.right, type.left)
  return loses === null ? [] : [`values of ${name} (${shortTypes(type.right)} to ${shortTypes(type.left)}: ${loses})`]
}

/** Perhaps it has a new name only. */
function renameAdvice({ current, wanted }: Compared, known: readonly Rename[], drops: readonly Difference[]): string {
  const open = renameCandidates(current.catalog, wanted)
  const first = open.find((rename) => !known.some((other) => pathOf(other) === pathOf(rename)))
  if (first !== undefined) return `; if it was only renamed, add --rename ${shellWord(renameFlag(first))}`
  const named = drops.find(({ kind }) => kind === 'table' || kind === 'column')
  return named === undefined ? '' : `; if it was only renamed, add --rename ${shellWord(`${named.name}=NEW_NAME`)}`
}

async function consent({ ask }: Context, { losses, changes }: Losses, advice: string): Promise<void> {
  if (losses.length === 0) return
  const list = losses.join(', ')
  if (ask === null) {
    throw new NselfError('not-confirmed', `the design drops ${list}`, {
      hint: `to drop it, add --allow-drops${advice}; nothing was written`,
    })
  }
  const above = changes === undefined ? {} : { changes }
  if ((await ask({ kind: 'yes-no', ...questionFor(losses), ...above })) !== 'y') {
    throw new NselfError('not-confirmed', 'Cancelled. Nothing was written.')
  }
}

const namedInQuestion = 3

/** `Write a migration that drops orders.note and its values?`; of many a list stands above it. */
function questionFor(losses: readonly string[]): Pick<Question, 'message' | 'warning'> {
  const named = losses.map(withContents)
  if (losses.length <= namedInQuestion) return { message: `Write a migration that drops ${named.join(', ')}?` }
  const warning = ['The design drops:', ...named.map((loss) => `  ${loss}`)].join('\n')
  return { warning, message: 'Write a migration that drops these?' }
}

function withContents(loss: string): string {
  return loss.replace(/^column (.*)$/, '$1 and its values').replace(/^table (.*)$/, '$1 and its rows')
}
