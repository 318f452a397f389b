import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import { lookAtHistory } from '../../../core/lint/history.ts'
import { KnownSchema } from '../../../core/lint/known/schema.ts'
import type { LintStep } from '../../../core/lint/known/step.ts'
import type { MadeIn } from '../../../core/lint/known/table.ts'
import type { Hit } from '../../../core/lint/rules/look.ts'
import type { SquawkFinding } from '../../../core/lint/rules/squawk.ts'
import { lookAtSection } from '../../../core/lint/section.ts'
import { SquawkText } from '../../../core/lint/squawk-text.ts'
import { lintRules } from '../../../core/lint-rules.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import type { Section } from '../../../core/migration/section.ts'
import { loadParser } from '../../../parsers/postgres/parser.ts'
import { stepsOf } from '../../../parsers/postgres/steps.ts'
import { runSquawk } from '../../../project/squawk.ts'
import type { PartOutcome } from '../check-results.ts'
import type { Context } from '../context.ts'
import { done, type PartFound } from './part-found.ts'
import type { CheckScope } from './scope.ts'

/** What is needed of a context. */
interface LintContext {
  readonly settings: Pick<Context['settings'], 'root' | 'variables'>
  readonly signal: AbortSignal
}

type LintScope = Pick<CheckScope, 'files' | 'wanted' | 'eachByItself' | 'major'>

/** A migration as it is looked at. */
interface Parsed {
  readonly file: Migration
  readonly up: readonly LintStep[]
  /** Empty where nobody asks for it. */
  readonly down: readonly LintStep[]
}

/**
 * What migrations block, break and rewrite. All files are read, for what is there before a migration and what comes after.
 * @param usesSquawk the settings of the project leave it on.
 */
export async function checkLint(context: LintContext, scope: LintScope, usesSquawk: boolean): Promise<PartFound> {
  const parser = await loadParser()
  const { variables } = context.settings
  const steps = (section: Section, path: string) => stepsOf(parser, variables.standIn(section, path), path)
  const parsed = scope.files.map((file): Parsed => {
    const down = scope.wanted.has(file) ? file.down : null
    return { file, up: steps(file.up, file.path), down: down === null ? [] : steps(down, file.path) }
  })
  const squawk = usesSquawk ? await askSquawk(context, scope, parsed) : { found: new Map(), failure: null }
  const findings = lookAtAll(parsed, scope, squawk.found)
  if (squawk.failure === null) return { findings, outcome: done }
  const { outcome, reason } = squawk.failure
  return { findings, outcome: { outcome, reason: `${reason}, so ${howToGetIt}` } }
}

const howToGetIt = 'the rules that it finds were not looked for. Install it: npm install --save-dev squawk-cli'

interface Squawk {
  readonly found: ReadonlyMap<LintStep, readonly SquawkFinding[]>
  readonly failure: { readonly outcome: PartOutcome['outcome']; readonly reason: string } | null
}

async function askSquawk(
  { settings, signal }: LintContext,
  scope: LintScope,
  parsed: readonly Parsed[],
): Promise<Squawk> {
  const texts = parsed
    .filter(({ file }) => scope.wanted.has(file))
    .flatMap(({ up, down }) => [up, down])
    .filter((steps) => steps.length > 0)
    .map((steps) => new SquawkText(steps))
  const { root } = settings
  const outcome = await runSquawk(
    texts.map(({ text }) => text),
    { root, major: scope.major, signal },
  )
  if (outcome.kind !== 'done') {
    const { kind, reason } = outcome
    return { found: new Map(), failure: { outcome: kind === 'missing' ? 'done' : 'incomplete', reason } }
  }
  const found = texts.flatMap((text, i) => [...text.byStep(outcome.reports[i] ?? [])])
  return { found: new Map(found), failure: null }
}

function lookAtAll(
  parsed: readonly Parsed[],
  { wanted, eachByItself, major }: LintScope,
  squawk: ReadonlyMap<LintStep, readonly SquawkFinding[]>,
): CheckFinding[] {
  const schema = new KnownSchema()
  const findings: CheckFinding[] = []
  const asked = new Set<MadeIn>(wanted)
  for (const { file, up, down } of parsed) {
    const isNew = (origin: MadeIn) => origin === file || (!eachByItself && asked.has(origin))
    const hits = lookAtSection(up, schema, { origin: file, isNew, major, squawk })
    if (!wanted.has(file)) continue
    findings.push(...hits.filter(({ rule }) => matters(rule, file)).map((one) => findingOf(file, one)))
    // DOWN runs when the tables are in use, but for those that it makes itself.
    const own: MadeIn = {}
    const context = { origin: own, isNew: (origin: MadeIn) => origin === own, major, squawk }
    const reverting = lookAtSection(down, schema.fork(), context).filter(({ rule }) => holdsForDown(rule))
    findings.push(...reverting.map((one) => findingOf(file, one, 'in DOWN: ')))
  }
  const byOrigin = new Map<MadeIn, Migration>(parsed.map(({ file }) => [file, file]))
  for (const { origin, ...one } of lookAtHistory(schema, (made) => asked.has(made))) {
    const file = byOrigin.get(origin)
    if (file !== undefined) findings.push(findingOf(file, one))
  }
  return findings
}

/** What breaks the running release breaks nothing where the migration waits until that is gone. */
const matters = (rule: Hit['rule'], { phase }: Migration): boolean =>
  phase !== 'contract' || lintRules[rule].about !== 'release'

const holdsForDown = (rule: Hit['rule']): boolean =>
  lintRules[rule].about === 'lock' || lintRules[rule].about === 'failure'

function findingOf({ name }: Migration, { rule, step, offset, message, instead }: Hit, before = ''): CheckFinding {
  const { path, line, column, excerpt } = step.at(offset)
  return finding(rule, {
    migration: name,
    place: { path, line, column },
    message: `${before}${message}`,
    instead,
    evidence: [excerpt.trim()],
  })
}
