import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import type { RowQuestion } from '../../core/probe/question.ts'
import {
  brokenCheck,
  conditionSql,
  duplicatesSql,
  excludedSql,
  type KnownTable,
  orphansSql,
} from '../../core/probe/question-sql.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Asker } from './asker.ts'
import { catalogAnswer } from './catalog-answer.ts'
import { defaultAnswer, partitionAnswer } from './partition-answer.ts'
import { retypeAnswer, tried } from './retype-answer.ts'
import { rowsAnswer } from './rows-answer.ts'
import type { TablesOfServer } from './table-facts.ts'
import { joinsAnswer, keptUniqueAnswer } from './unique-answer.ts'
import { unvalidatedAnswer } from './unvalidated-answer.ts'

/** Asks one question. */
export async function answerOf(asker: Asker, tables: TablesOfServer, question: RowQuestion): Promise<Answer> {
  const { table, asked, searchPath, calls } = question
  if (asked.kind === 'unknown') return unanswered(asked.why)
  const unsafe = await unsafeCall(asker, calls, JSON.stringify([table?.layers, asked]), searchPath)
  if (unsafe !== null) return unanswered(unsafe)
  if (table === null) return catalogAnswer(asker, tables, question, null)
  const facts = await tables.find(table, searchPath)
  if (typeof facts === 'string') return unanswered(facts)
  if (facts === null) return table.mayBeNew ? fine : unanswered(`there is no table ${keyOf(table.base)}`)
  const answer = await tableAnswer(asker, tables, question, { table, facts })
  // What is computed of a column that has another type by then fails where that change does.
  const isRetyped = table.layers.some((layer) => layer.kind === 'retype' && names(asked, layer.column))
  if (answer.kind === 'broken' && facts.hasUpdateTrigger && table.layers.some(({ kind }) => kind === 'set'))
    return { ...answer, mayChange: 'a trigger on UPDATE' }
  if (answer.kind !== 'fails' || asked.kind === 'retype' || !isRetyped) return answer
  return unanswered('it, or a change of type before it, fails for some row')
}

/** Whether a question has the name of a column in it, as a word. */
function names(asked: RowQuestion['asked'], column: string): boolean {
  const parts = JSON.stringify(asked).split(column)
  return parts.some((part, i) => i > 0 && !/\w$/.test(parts[i - 1] ?? '') && !/^\w/.test(part))
}

async function tableAnswer(
  asker: Asker,
  tables: TablesOfServer,
  question: RowQuestion,
  known: KnownTable,
): Promise<Answer> {
  const { asked, searchPath } = question
  const rows = (sql: string) => rowsAnswer(asker, sql, searchPath)
  switch (asked.kind) {
    case 'not-null': {
      const now = known.facts.columns.find(({ name }) => name === asked.column)
      if (known.table.layers.length === 0 && now?.notNull === true) return fine
      return rows(conditionSql(known, `${quoteIdentifier(asked.column)} IS NULL`))
    }
    case 'check':
      return checkAnswer(asker, known, asked.expression, searchPath)
    case 'duplicates':
      return rows(duplicatesSql(known, asked))
    case 'exclude':
      return rows(excludedSql(known, asked))
    case 'computed':
      return tried(asker, known, asked.expression, asked.where, searchPath)
    case 'retype':
      return retypeAnswer(asker, question, known, asked)
    case 'foreign-key': {
      if (asked.target === null) return rows(orphansSql(known, asked, null))
      const facts = await tables.find(asked.target, searchPath)
      if (typeof facts === 'string') return unanswered(facts)
      if (facts === null) return unanswered(`there is no table ${keyOf(asked.targetName)}`)
      const columns = asked.targetColumns ?? facts.primaryKey
      if (columns.length !== asked.columns.length)
        return unanswered(`${keyOf(asked.targetName)} has no primary key of ${asked.columns.length} columns`)
      return rows(orphansSql(known, asked, { table: asked.target, facts, columns }))
    }
    case 'unvalidated':
      return unvalidatedAnswer(asker, question, known, asked)
    case 'kept-unique':
      return keptUniqueAnswer(asker, question, known, asked)
    case 'parent-unique':
    case 'parent-keys':
      return joinsAnswer(asker, tables, question, known, asked.of)
    case 'partition':
      return partitionAnswer(asker, tables, question, known, asked)
    case 'default-partition':
      return defaultAnswer(asker, tables, question, known, asked)
    default:
      return catalogAnswer(asker, tables, question, known)
  }
}

/** A check that cannot be computed for some row fails too, and the row is looked for. */
async function checkAnswer(
  asker: Asker,
  known: KnownTable,
  expression: string,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const answer = await rowsAnswer(asker, conditionSql(known, brokenCheck(expression)), searchPath)
  return answer.kind === 'fails' ? tried(asker, known, brokenCheck(expression), null, searchPath) : answer
}

/** PostgreSQL's own functions that give another value each time and do nothing. */
const harmless = [
  'random',
  'clock_timestamp',
  'timeofday',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'random_normal',
  'setseed',
]

/** A function that may do more than to compute is not called for a question; why it is not asked, or null. */
async function unsafeCall(
  asker: Asker,
  calls: readonly string[],
  text: string,
  searchPath: readonly string[] | null,
): Promise<string | null> {
  const named = calls.filter((name) => text.includes(name))
  if (named.length === 0) return null
  const reply = await asker.ask(
    `SELECT p.proname AS name FROM pg_proc p WHERE p.proname IN (${named.map(quoteLiteral).join(', ')}) AND p.provolatile = 'v'
 AND NOT (p.pronamespace = 'pg_catalog'::regnamespace AND p.proname IN (${harmless.map(quoteLiteral).join(', ')})) LIMIT 1`,
    searchPath,
  )
  if (!('rows' in reply)) return reply.why
  const [found] = reply.rows
  return found === undefined ? null : `it calls the volatile function ${found.name}, which may do more than compute`
}
