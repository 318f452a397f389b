import type { NselfError } from '../../core/errors.ts'
import type { Step } from '../../core/plan/plan.ts'
import { counted, durationText, sizeText } from '../../core/quantities.ts'
import type { Report } from '../../core/report.ts'
import type { Context } from './context.ts'
import type { UpdateResult } from './migrate-results.ts'
import type { TakenBackup } from './take-backup.ts'

const names = ['Backup', 'Apply', 'Verify', 'Restore'] as const
type Stage = 1 | 2 | 3 | 4

/** The four stages of an update on the screen: what is told in one stands beside its name. */
export class UpdateStages {
  /** The context, telling beside the stage that was begun last. */
  readonly context: Context
  private readonly tellPlainly: Context['tell']
  private head = ''
  private isNamed = false

  constructor(context: Context) {
    this.tellPlainly = context.tell
    this.context = { ...context, tell: (sentence) => this.tell(sentence) }
  }

  begin(stage: Stage): void {
    this.head = stageHead(stage)
    this.isNamed = false
  }

  private tell(sentence: string): void {
    this.tellPlainly(`${this.isNamed ? ' '.repeat(this.head.length) : this.head}${sentence}`)
    this.isNamed = true
  }

  /** What is told from now on stands under no stage. */
  readonly end = (): void => {
    this.head = ''
    this.isNamed = false
  }

  /** The question whether to restore, as the fourth stage. */
  restoreQuestion(what: string): string {
    return `${stageHead(4).trimEnd()} ${what}? What was written since then is lost.`
  }

  /** What became of the failed database, once the backup has taken its place. */
  restored(kept: string | null, pruneLine: string): void {
    this.end()
    const study = kept === null ? '' : ` The failed database is kept as ${kept}; to drop it: ${pruneLine}`
    this.tell(`✓ Restored.${study}`)
  }

  /** `✓ nself_full_20260126_005343.dump   48 MB, verified, 3.1 s` */
  backedUp({ name, manifest: { size, verified, durationMs } }: TakenBackup): void {
    const facts = [sizeText(size), ...(verified ? ['verified'] : []), durationText(durationMs)]
    this.tell(`✓ ${name}   ${facts.join(', ')}`)
  }

  /** Tells each step as it is done; what failed is told with its reason. */
  stepDone(): (step: Pick<Step, 'name'>, outcome: 'done' | 'failed') => void {
    const { now } = this.context
    let began = now()
    return ({ name }, outcome) => {
      if (outcome === 'done') this.tell(`✓ ${name}  ${durationText(now() - began)}`)
      began = now()
    }
  }

  /** `✓ 14 tables, 88,000 rows: no table has fewer rows, no index is INVALID` */
  verified({ tables, rows, holds }: UpdateResult['verified']): void {
    const all = ['every file is recorded with its checksum', ...holds].join(', ')
    this.tell(`✓ ${counted(tables, 'table')}, ${counted(rows, 'row')}: ${all}`)
  }

  /** What failed, where the stage is that it failed in, and which stages are not reached by that. */
  failed(error: NselfError, applied: Report | null): void {
    const step =
      error.report?.kind === 'run' ? error.report.steps.find(({ outcome }) => outcome === 'failed') : undefined
    const { location } = error
    const place = location === undefined ? '' : ` (${location.path.split('/').at(-1)}:${location.line})`
    const reason = step === undefined ? error.message : error.message.replace(`${step.name} failed: `, '')
    this.tell(step === undefined ? `✗ ${reason}` : `✗ ${step.name}${place}  ${reason}`)
    if (applied !== null) return
    this.begin(3)
    this.tell('not reached')
  }
}

/** `4/4 Restore   ` */
function stageHead(stage: Stage): string {
  return `${stage}/4 ${names[stage - 1]?.padEnd(10)}`
}

/** `018 is applied, 019 is not.`, by number. */
export function whatIsApplied({ steps }: Report): string {
  const number = (name: string) => /^\d+/.exec(name)?.[0] ?? name
  const of = (found: Report['steps'], what: string) => {
    const listed = found.map(({ name }) => number(name))
    const [first, last] = [listed[0], listed.at(-1)]
    if (first === undefined) return []
    const named = listed.length > 3 ? `${first} to ${last}` : listed.join(' and ')
    return [`${named} ${listed.length === 1 ? 'is' : 'are'} ${what}`]
  }
  const done = steps.filter(({ outcome }) => outcome === 'done')
  const partly = steps.filter(({ partly: isPartly }) => isPartly === true)
  const open = steps.filter((step) => !done.includes(step) && !partly.includes(step))
  return `${[...of(done, 'applied'), ...of(partly, 'partially applied'), ...of(open, 'not')].join(', ')}.`
}
