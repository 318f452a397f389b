import type { CheckFinding } from '../../core/check/finding.ts'
import type { RuleName, Severity } from '../../core/check-rules.ts'
import type { Answer } from '../../core/probe/answer.ts'
import type { Asked, RowQuestion } from '../../core/probe/question.ts'
import { countedRows } from '../../core/probe/question-sql.ts'
import { counted } from '../../core/quantities.ts'
import { dotted, shortName } from '../../core/sql/qualified-name.ts'
import { foundAt } from './found-at.ts'

/** What the rows say; null where they are as they are to be. */
export function answerFinding(question: RowQuestion, answer: Answer): CheckFinding | null {
  if (answer.kind === 'fine') return null
  const { place, asked } = question
  const named = tableName(question)
  if (answer.kind === 'unanswered')
    return foundAt(
      'probe/not-answered',
      place,
      `not answered whether ${topics[asked.kind]}${named}: ${answer.why}`,
      'look for yourself, or run the migration on a copy first',
    )
  const isNew = asked.kind === 'not-null' && asked.isNew
  const rule = rules[asked.kind]
  const { message, instead } =
    answer.kind === 'broken' ? brokenText(question, answer) : failedText(question, answer.message)
  const examples = answer.examples.map((example) => `for example ${example}`)
  const found = foundAt(rule, place, message, instead, examples)
  const mayChange = question.mayChange ?? (answer.kind === 'broken' ? answer.mayChange : undefined) ?? null
  if (mayChange === null) return found
  const severity: Severity = isNew ? 'note' : 'warning'
  return { ...found, severity, evidence: [...found.evidence, `${mayChange} runs before it and may change that`] }
}

const rules: Record<Asked['kind'], RuleName> = {
  'not-null': 'probe/not-null',
  duplicates: 'probe/duplicates',
  'foreign-key': 'probe/foreign-key',
  check: 'probe/check',
  exclude: 'probe/exclude',
  retype: 'probe/cast',
  'kept-unique': 'probe/duplicates',
  'parent-unique': 'probe/duplicates',
  'parent-keys': 'probe/foreign-key',
  computed: 'probe/computed',
  validate: 'probe/check',
  unvalidated: 'probe/check',
  'index-columns': 'probe/not-null',
  domain: 'probe/check',
  partition: 'probe/partition',
  'default-partition': 'probe/partition',
  unknown: 'probe/not-answered',
}

const topics: Record<Asked['kind'], string> = {
  'not-null': 'rows have no value in a column of ',
  duplicates: 'values appear more than once in ',
  'foreign-key': 'rows refer to none in ',
  check: 'rows break the check of ',
  exclude: 'rows break the exclusion constraint of ',
  retype: 'all values fit the new type of a column of ',
  'kept-unique': 'values appear more than once in a unique index of ',
  'parent-unique': 'values appear more than once in what becomes a partition, ',
  'parent-keys': 'rows refer to none in what becomes a partition, ',
  computed: 'an expression can be computed for all rows of ',
  validate: 'rows break a constraint of ',
  unvalidated: 'an UPDATE writes rows that break a check of ',
  'index-columns': 'columns of a primary key hold NULL in ',
  domain: 'values break the domain ',
  partition: 'all rows belong to the partition ',
  'default-partition': 'rows belong to a new partition in the default partition of ',
  unknown: 'rows break ',
}

function tableName({ table, asked }: RowQuestion): string {
  if (table !== null) return shortName(table.base.schema, table.base.name)
  return asked.kind === 'domain' ? shortName(asked.domain.schema, asked.domain.name) : 'it'
}

/** `3 rows`, `more than 1,000 rows`. */
function countedUpTo(count: number, unit: string): string {
  return count > countedRows ? `more than ${counted(countedRows, unit)}` : counted(count, unit)
}

interface Text {
  readonly message: string
  readonly instead: string
}

function brokenText(question: RowQuestion, answer: Answer & { kind: 'broken' }): Text {
  const { asked } = question
  const isNew = asked.kind === 'not-null' && asked.isNew
  const instead = isNew ? 'give the column a default, or fill it before it is NOT NULL' : remedies[asked.kind]
  return { message: brokenMessage(question, answer), instead }
}

const remedies: Record<Asked['kind'], string> = {
  'not-null': 'fill them before, with an UPDATE',
  'index-columns': 'fill or delete them first',
  duplicates: 'make them unique first: change or delete all but one',
  'foreign-key': 'delete or correct them first, or add the foreign key NOT VALID and validate it later',
  exclude: 'change or delete one of each first',
  retype: 'change these values first, or convert them with USING',
  domain: 'change these values first',
  validate: 'change or delete them first',
  unvalidated: 'let the UPDATE make them keep to the check, or leave them out of it',
  check: 'change or delete them first, or add it NOT VALID and validate it later',
  'kept-unique': 'make them unique first, as the new type compares them: change or delete all but one',
  'parent-unique': 'make them unique first: change or delete all but one',
  'parent-keys': 'delete or correct them first',
  computed: 'change these values first, or the expression',
  partition: 'move or delete them first, or change the bounds',
  'default-partition': 'move them out of it first: detach it, make the partition, insert them again',
  unknown: 'look for yourself',
}

function brokenMessage(question: RowQuestion, { count, where }: Answer & { kind: 'broken' }): string {
  const { asked } = question
  const name = tableName(question)
  const rows = countedUpTo(count, 'row')
  const [have, breaks, refers, comes] =
    count === 1 ? ['has', 'breaks', 'refers', 'comes'] : ['have', 'break', 'refer', 'come']
  switch (asked.kind) {
    case 'not-null':
      return asked.isNew
        ? `${name} has ${rows}, which would have no value in the new column ${dotted(asked.column)}`
        : `${rows} of ${name} ${have} no ${dotted(asked.column)}`
    case 'index-columns':
      return `${rows} of ${name} ${have} NULL in what becomes the primary key`
    case 'duplicates': {
      const values = asked.elements.map((element) => element.replace(/^"([a-z_][a-z0-9_]*)"$/, '$1')).join(', ')
      return `${countedUpTo(count, 'value')} of ${name} (${values}) ${comes} more than once`
    }
    case 'foreign-key': {
      const target = shortName(asked.targetName.schema, asked.targetName.name)
      return `${rows} of ${name} (${asked.columns.join(', ')}) ${refers} to no row of ${target}`
    }
    case 'exclude':
      return `${countedUpTo(count, 'pair')} of rows of ${name} exclude each other`
    case 'retype':
      return `${rows} of ${name} ${have} a value in ${dotted(asked.column)} that does not fit ${asked.type}`
    case 'kept-unique':
      return `${countedUpTo(count, 'value')} of ${name} ${comes} more than once in the unique index ${where} once ${dotted(asked.column)} has its new type`
    case 'parent-unique':
      return `${countedUpTo(count, 'value')} of ${name} ${comes} more than once for the unique index ${where} of ${shortName(asked.of.name.schema, asked.of.name.name)}, whose partition it becomes`
    case 'parent-keys':
      return `${rows} of ${name} ${refers} to no row of ${where}, as the foreign key of ${shortName(asked.of.name.schema, asked.of.name.name)} demands, whose partition it becomes`
    case 'domain':
      return `${rows} of ${where ?? name} ${breaks} what is added to the domain ${name}`
    case 'validate':
      return `${rows} of ${name} ${breaks} the constraint ${dotted(asked.constraint)}`
    case 'unvalidated':
      return `${rows} of ${name} that the UPDATE writes ${breaks} the check ${where}, which is not validated`
    case 'partition':
      return `${rows} of ${name} ${count === 1 ? 'does' : 'do'} not belong to the partition of ${shortName(asked.of.name.schema, asked.of.name.name)} that it becomes`
    case 'default-partition':
      return `${rows} of ${where ?? name}, the default partition of ${name}, ${count === 1 ? 'belongs' : 'belong'} to the new partition ${shortName(asked.partition.schema, asked.partition.name)}`
    default:
      return `${rows} of ${name} ${breaks} the check`
  }
}

function failedText(question: RowQuestion, message: string): Text {
  const { asked } = question
  const name = tableName(question)
  if (asked.kind === 'retype')
    return {
      message: `not all values of ${name}.${dotted(asked.column)} can become ${asked.type}: ${message}`,
      instead: 'say how with USING, or change the values first',
    }
  return {
    message: `it cannot be computed for all rows of ${name}: ${message}`,
    instead: 'change these values first, or the expression',
  }
}
