import { sizeText } from '../../../core/backup.ts'
import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import type { RuleName, Severity } from '../../../core/check-rules.ts'
import type { Answer } from '../../../core/probe/answer.ts'
import type { Asked, ProbePlace, Question } from '../../../core/probe/question.ts'
import { countedRows } from '../../../core/probe/question-sql.ts'
import type { TouchedTable } from '../../../core/probe/server-look.ts'
import { dotted, shortName } from '../../../core/sql/qualified-name.ts'
import type { Probed } from '../../../postgres/probe/probe.ts'

/** What is told of a probe, in the order of the run. */
export function probeFindings({ answers, touched, busy, hidden, free }: Probed, first: ProbePlace | null): CheckFinding[] {
  return [
    ...answers.flatMap(({ question, answer }) => answerFinding(question, answer) ?? []),
    ...touched.flatMap((table) => tableFindings(table, free)),
    ...(first === null ? [] : serverFindings(first, busy, hidden)),
  ]
}

/** What the rows say; null where they are as they are to be. */
export function answerFinding(question: Question, answer: Answer): CheckFinding | null {
  if (answer.kind === 'fine') return null
  const { place, asked, mayChange } = question
  const named = tableName(question)
  if (answer.kind === 'unanswered') return say('probe/not-answered', place, `not answered whether ${topics[asked.kind]}${named}: ${answer.why}`, 'look for yourself, or run the migration on a copy first')
  const isNew = asked.kind === 'not-null' && asked.isNew
  const rule = rules[asked.kind]
  const { message, instead } =
    answer.kind === 'broken' ? brokenText(question, answer) : failedText(question, answer.message)
  const examples = answer.examples.map((example) => `for example ${example}`)
  const found = say(rule, place, message, instead, examples)
  if (mayChange === null) return found
  const severity: Severity = isNew ? 'note' : 'warning'
  return { ...found, severity, evidence: [...found.evidence, `${mayChange} runs before it and may change that`] }
}

function say(rule: RuleName, place: ProbePlace, message: string, instead: string, evidence: readonly string[] = []): CheckFinding {
  const { migration, path, line, column } = place
  return finding(rule, { migration, place: { path, line, column }, message, instead, evidence })
}

const rules: Record<Asked['kind'], RuleName> = {
  'not-null': 'probe/not-null',
  duplicates: 'probe/duplicates',
  'foreign-key': 'probe/foreign-key',
  check: 'probe/check',
  exclude: 'probe/exclude',
  retype: 'probe/cast',
  computed: 'probe/computed',
  validate: 'probe/check',
  'index-columns': 'probe/not-null',
  domain: 'probe/check',
  unknown: 'probe/not-answered',
}

const topics: Record<Asked['kind'], string> = {
  'not-null': 'rows have no value in a column of ',
  duplicates: 'values come more than once in ',
  'foreign-key': 'rows refer to none in ',
  check: 'rows break the check of ',
  exclude: 'rows break the exclusion constraint of ',
  retype: 'all values fit the new type of a column of ',
  computed: 'an expression can be computed for all rows of ',
  validate: 'rows break a constraint of ',
  'index-columns': 'columns of a primary key hold NULL in ',
  domain: 'values break the domain ',
  unknown: 'rows break ',
}

function tableName({ table, asked }: Question): string {
  if (table !== null) return shortName(table.base.schema, table.base.name)
  return asked.kind === 'domain' ? shortName(asked.domain.schema, asked.domain.name) : 'it'
}

/** `3 rows`, `more than 1,000 rows`. */
function counted(count: number, unit: string): string {
  if (count > countedRows) return `more than ${countedRows.toLocaleString('en-US')} ${unit}s`
  return `${count.toLocaleString('en-US')} ${unit}${count === 1 ? '' : 's'}`
}

interface Text {
  readonly message: string
  readonly instead: string
}

function brokenText(question: Question, { count, where }: Answer & { kind: 'broken' }): Text {
  const { asked } = question
  const name = tableName(question)
  const rows = counted(count, 'row')
  const have = count === 1 ? 'has' : 'have'
  switch (asked.kind) {
    case 'not-null': {
      const message = asked.isNew
        ? `${name} has ${rows}, which would have no value in the new column ${dotted(asked.column)}`
        : `${rows} of ${name} ${have} no ${dotted(asked.column)}`
      return { message, instead: asked.isNew ? 'give the column a default, or fill it before it is NOT NULL' : 'fill them before, with an UPDATE' }
    }
    case 'index-columns':
      return { message: `${rows} of ${name} ${have} NULL in what becomes the primary key`, instead: 'fill or delete them before' }
    case 'duplicates': {
      const values = asked.elements.map((element) => element.replace(/^"([a-z_][a-z0-9_]*)"$/, '$1')).join(', ')
      return { message: `${counted(count, 'value')} of ${name} (${values}) ${count === 1 ? 'comes' : 'come'} more than once`, instead: 'make them unique before: change or delete all but one' }
    }
    case 'foreign-key':
      return {
        message: `${rows} of ${name} (${asked.columns.join(', ')}) ${count === 1 ? 'refers' : 'refer'} to no row of ${shortName(asked.targetName.schema, asked.targetName.name)}`,
        instead: 'delete or correct them before, or add the foreign key NOT VALID and validate it later',
      }
    case 'exclude':
      return { message: `${counted(count, 'pair')} of rows of ${name} exclude each other`, instead: 'change or delete one of each before' }
    case 'retype':
      return { message: `${rows} of ${name} ${have} a value in ${dotted(asked.column)} that does not fit ${asked.type}`, instead: 'change these values before, or convert them with USING' }
    case 'domain':
      return { message: `${rows} of ${where ?? name} ${count === 1 ? 'breaks' : 'break'} what is added to the domain ${name}`, instead: 'change these values before' }
    case 'validate':
      return { message: `${rows} of ${name} ${count === 1 ? 'breaks' : 'break'} the constraint ${dotted(asked.constraint)}`, instead: 'change or delete them before' }
    default:
      return { message: `${rows} of ${name} ${count === 1 ? 'breaks' : 'break'} the check`, instead: 'change or delete them before, or add it NOT VALID and validate it later' }
  }
}

function failedText(question: Question, message: string): Text {
  const { asked } = question
  const name = tableName(question)
  if (asked.kind === 'retype') return { message: `not all values of ${name}.${dotted(asked.column)} can become ${asked.type}: ${message}`, instead: 'say how with USING, or change the values before' }
  return { message: `it cannot be computed for all rows of ${name}: ${message}`, instead: 'change these values before, or the expression' }
}

function tableFindings({ place, facts, bytes, indexBytes, works, mode, holders }: TouchedTable, free: number | null): CheckFinding[] {
  const name = shortName(facts.schema, facts.name)
  const lines = (work: string) => [...new Set(works.filter((one) => one.work === work).map(({ line }) => line))]
  const [scanned, rewritten] = [lines('scans'), lines('rewrites')]
  const rows = facts.rows === null ? 'without statistics of its rows' : `about ${Math.round(facts.rows).toLocaleString('en-US')} rows`
  const whole = bytes + indexBytes
  const evidence = [
    ...(scanned.length > 0 ? [`read as a whole, ${sizeText(bytes)}: line ${scanned.join(', ')}`] : []),
    ...(rewritten.length > 0 ? [`written anew with its indexes, ${sizeText(whole)}: line ${rewritten.join(', ')}`] : []),
    ...(rewritten.length > 0 && free === null ? ['how much of the disk is free is not visible'] : []),
  ]
  const found = [say('probe/table-size', place, `${name} has ${rows} and ${sizeText(bytes)}, with indexes of ${sizeText(indexBytes)}`, '', evidence)]
  if (rewritten.length > 0 && free !== null && free < whole)
    found.push(say('probe/disk-space', place, `${name} is written anew, which needs ${sizeText(whole)}; ${sizeText(free)} are free`, 'make room first'))
  if (holders.length > 0)
    found.push(say('probe/lock-held', place, `it needs ${mode} on ${name} and would wait now`, 'wait for these sessions, or end them', holders.slice(0, 5)))
  return found
}

function serverFindings(place: ProbePlace, busy: readonly string[], hidden: readonly string[]): CheckFinding[] {
  return [
    ...busy.map((sentence) => say('probe/server-busy', place, sentence, 'wait until it is over')),
    ...(hidden.length === 0 ? [] : [say('probe/not-answered', place, `not answered what else goes on on the server`, 'ask as a role that is a member of pg_monitor', hidden)]),
  ]
}
