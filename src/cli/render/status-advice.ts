import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import { isRunnable } from './status-repeatables.ts'

type Entry = StatusResult['migrations'][number]

interface Advice {
  readonly version: string
  readonly text: string
  /** What stops `up` comes first. */
  readonly rank: number
}

/**
 * What to type for each that needs something, the most urgent first; otherwise for what is pending. Nothing where only
 * a warning knows it.
 */
export function nextLines(
  { migrations, repeatables, environment, phase, isContradicted }: StatusResult,
  width: number,
): string[] {
  const told = migrations
    .flatMap((item, i): Advice[] => {
      const text = adviceFor(item, migrations[i - 1], environment)
      return text === null ? [] : [{ version: numberOf(item), text, rank: rankOf(item) }]
    })
    .sort((a, b) => a.rank - b.rank)
  if (told.length === 0) {
    const pending = migrations.filter(({ status }) => status === 'pending')
    const isRepeatablePending = repeatables.some(isRunnable)
    const isStuck =
      isContradicted === true || migrations.some(({ status }) => status !== 'pending' && status !== 'applied')
    if ((pending.length === 0 && !isRepeatablePending) || isStuck) return []
    const isWaiting = !isRepeatablePending && pending.every(({ phase }) => phase === 'contract')
    const before = phase === undefined || isWaiting ? '' : ' --phase expand'
    return [withGivenFlags(`Next: ${isWaiting ? 'when the new release is out: ' : ''}nself db migrate up${before}`)]
  }
  const versions = Math.max(...told.map(({ version }) => version.length))
  return told.map(({ version, text }, i) => {
    const head = `${i === 0 ? 'Next: ' : '      '}${version.padEnd(versions)}  `
    return head + fold(withGivenFlags(text), width, ' '.repeat(head.length), head.length)
  })
}

const numberOf = ({ name, version }: Entry) => /^\d+/.exec(name)?.[0] ?? version

const rankOf = ({ status }: Entry) => (status === 'edited' || status === 'lost' ? 0 : status === 'failed' ? 1 : 2)

function adviceFor(item: Entry, before: Entry | undefined, environment: string): string | null {
  const { status, name, outOfOrder } = item
  switch (status) {
    case 'edited': {
      const again = `nself db migrate down --to ${before === undefined ? '0' : numberOf(before)}, then up`
      const local = environment === 'local' ? `or locally: ${again}; ` : ''
      return `undo the edit; ${local}or accept it: nself db migrate repair --accept ${numberOf(item)}`
    }
    case 'failed':
      // Its file is not here: the warning about the file that stands for it says how to finish it.
      return item.partOf === undefined ? afterFailure(item) : null
    case 'missing':
      return forMissing(item)
    case 'lost':
      return 'nself db migrate repair --rebuild'
    case 'empty':
      return `write its UP in ${name}.sql, then: nself db migrate up`
    default:
      return outOfOrder ? `nself db migrate repair --renumber ${name}` : null
  }
}

function afterFailure({ name, statements, batches, failure }: Entry): string {
  const isDown = (batches ?? statements)?.direction === 'down'
  const again = isDown ? 'nself db migrate down' : 'nself db migrate up'
  // A run that was interrupted or killed between two batches has nothing to fix.
  if (batches !== undefined && failure?.message == null) return `${again}   (continues with the next batch)`
  const what = failure?.line == null ? `${isDown ? 'the DOWN of ' : ''}${name}.sql` : `line ${failure.line}`
  const on =
    statements === undefined || statements.done === 0 ? '' : `   (continues with statement ${statements.done + 1})`
  return `fix ${what}, then: ${again}${batches === undefined ? on : '   (continues with the next batch)'}`
}

/** Its file has another number, is on another branch, or nowhere. */
function forMissing({ name, renamedTo, branchWithFile }: Entry): string {
  if (renamedTo !== undefined) return `if it was renamed: nself db migrate repair --renamed ${name}=${renamedTo}`
  const revert = 'or revert it here: nself db migrate sync'
  return `${branchWithFile?.bring ?? `put ${name}.sql back`}; ${revert}`
}
