import type { FailureReport, Report, RunPlace, StepResult } from '../../core/report.ts'
import { rowsDoneText } from '../../core/rows-done.ts'
import { fold } from './fold.ts'

type Step = Report['steps'][number]

/** How things stand after a run that failed, in a line: what is applied, what of the failed step is left, what was not run. */
export function standingLine(report: FailureReport, width: number): string | null {
  if (report.kind === 'design-faults' || report.kind === 'differences') return null
  const parts = report.kind === 'run' ? runParts(report, report.place) : seedParts(report.steps)
  const { place } = report
  const where = place === undefined ? 'Now' : `${place.database} (${place.environment}) now`
  return parts.length === 0 ? null : fold(`${where}: ${parts.join(' · ')}`, width, '  ')
}

function runParts(report: Report, place: RunPlace | undefined): string[] {
  const { steps } = report
  if (report.rolledBack) {
    const gone = steps.filter(({ outcome, partly }) => outcome === 'done' || partly === true)
    const failed = steps.filter((step) => step.outcome === 'failed' && step.partly !== true)
    return ['as it was before', ...some(gone, 'rolled back'), ...some(failed, 'not applied'), ...notRun(steps)]
  }
  const done = (direction: Step['direction']) => steps.filter((step) => wasDone(step) && step.direction === direction)
  const failedAt = steps.findIndex(({ outcome }) => outcome === 'failed')
  // All in one transaction: those before the failed one went with it.
  const together = steps.filter(({ outcome }, i) => i < failedAt && outcome === 'not-run')
  return [
    ...(steps.some(wasDone) ? [] : appliedBefore(steps, report.action, place)),
    ...some(done('down'), 'reverted'),
    ...some(done('up'), 'applied'),
    ...some(together, 'rolled back with it'),
    ...steps.filter(({ outcome }) => outcome === 'failed').map(leftOf),
    ...notRun(steps.filter((step) => !together.includes(step))),
  ]
}

const wasDone = ({ outcome }: Step) => outcome === 'done'

/** What was there before a run that changed nothing. */
function appliedBefore(steps: readonly Step[], action: Report['action'], place: RunPlace | undefined): string[] {
  if (action === 'fresh' || place === undefined) return []
  const names = place.appliedBefore.filter((name) => !steps.some((step) => step.name === name))
  const last = names.at(-1)
  if (last === undefined) return []
  return [names.length <= 2 ? `${names.join(', ')} applied` : `${last} and ${names.length - 1} before it applied`]
}

function leftOf({ name, direction, partly, statements, batches }: StepResult): string {
  const { done, total } = statements ?? { done: 0, total: 0 }
  const section = direction === 'down' ? `the DOWN of ${name}` : name
  if (batches !== undefined && batches.rows > 0) return `${rowsDoneText(batches)} by ${section}, and kept`
  if (done > 0)
    return `${done === 1 ? 'statement 1' : `statements 1 to ${done}`} of ${total} of ${section} ${done === 1 ? 'is' : 'are'} done and kept`
  if (direction === 'down') return `${name} is still applied`
  return partly ? `no statement of ${name} is completed` : `nothing of ${name} is left`
}

function notRun(steps: readonly Step[]): string[] {
  const open = (direction: Step['direction']) =>
    steps.filter((step) => step.outcome === 'not-run' && step.direction === direction)
  return [...some(open('down'), 'not reverted'), ...some(open('up'), 'not run')]
}

function seedParts(steps: readonly Pick<StepResult, 'name' | 'outcome'>[]): string[] {
  const of = (outcome: StepResult['outcome']) => steps.filter((step) => step.outcome === outcome)
  return [
    ...some(of('done'), 'done'),
    ...of('failed').map(({ name }) => `nothing of ${name} is left`),
    ...some(of('not-run'), 'not run'),
  ]
}

const most = 6

/** `001_a, 002_b applied`; of many the first few and the last. */
function some(steps: readonly { readonly name: string }[], what: string): string[] {
  const names = steps.map(({ name }) => name)
  if (names.length === 0) return []
  const listed =
    names.length > most ? `${names.slice(0, 3).join(', ')} … ${names.at(-1)} (${names.length})` : names.join(', ')
  return [`${listed} ${what}`]
}
