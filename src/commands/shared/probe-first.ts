import type { CheckFinding } from '../../core/check/finding.ts'
import type { RuleName } from '../../core/check-rules.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Questions } from '../../core/probe/question.ts'
import type { QuestionReader } from '../../parsers/postgres/questions.ts'
import type { Connection } from '../../postgres/driver/connect.ts'
import type { Context } from './context.ts'
import type { StepItem } from './measured-findings.ts'

/** What the rows of a production database say to a plan before anything is asked. */
export interface ProbedPlan {
  /** For the block above the question. */
  readonly items: readonly StepItem[]
  /** The same as sentences for a log. */
  readonly lines: readonly string[]
}

/** In ms, for all questions together: a person waits. */
const patience = 5000

const nothing: ProbedPlan = { items: [], lines: [] }

/** By its words a statement that meets rows: constraints and indexes of tables that are there already. */
const meetsRows = /\balter\s+(?:table|domain)\b|\bcreate\s+(?:unique\s+)?index\b/i

/** Who reads, as the statements of a plan are parsed, what is to be asked of rows; null where it meets none. */
export async function questionsFor({ steps, action }: Plan): Promise<QuestionReader | null> {
  const files = steps.flatMap(({ direction, file }) => (direction === 'up' && file !== null ? file : []))
  if (action !== 'up' || !files.some(({ up }) => up.kind === 'held' && meetsRows.test(up.sql))) return null
  return (await import('../../parsers/postgres/questions.ts')).questionReader()
}

/** Asks which rows would make the plan fail, and who would keep it waiting. */
export async function probeFirst(context: Context, connection: Connection, questions: Questions): Promise<ProbedPlan> {
  const { probeServer } = await import('../../postgres/probe/probe.ts')
  const { probeFindings } = await import('./probe-findings.ts')
  if (questions.questions.length + questions.touches.length === 0) return nothing
  const limits = { each: patience, whole: patience, now: context.now }
  const probed = await probeServer(connection, questions, limits, context.progress)
  const told = probeFindings(probed, null)
    .filter(({ severity }) => severity !== 'note')
    .sort((a, b) => a.place.line - b.place.line)
    .map((found) => ({ ...found, sentence: sentenceOf(found) }))
  return {
    items: told.map(({ migration, place, sentence }) => ({
      step: migration,
      line: place.line,
      what: sentence,
      rows: null,
      also: '',
    })),
    lines: told.map(
      ({ migration, place, sentence }) => `Warning: ${migration} ${sentence} (${place.path}:${place.line})`,
    ),
  }
}

/** These say by themselves what they mean for the run. */
const plain: readonly RuleName[] = ['probe/not-answered', 'probe/lock-held', 'probe/table-size', 'probe/disk-space']

function sentenceOf({ rule, severity, message, evidence }: CheckFinding): string {
  if (rule === 'probe/table-size') return message
  const more = evidence.map((line) => line.replace(/^for example /, '')).join('; ')
  const fails = plain.includes(rule) ? '' : severity === 'error' ? 'would fail: ' : 'may fail: '
  return `${fails}${message}${more === '' ? '' : ` (${more})`}`
}
