import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import type { Asked, RowQuestion } from '../../core/probe/question.ts'
import { brokenCheck, conditionSql, type KnownTable } from '../../core/probe/question-sql.ts'
import { dotted } from '../../core/sql/qualified-name.ts'
import type { Asker } from './asker.ts'
import { rowsAnswer } from './rows-answer.ts'

/**
 * Whether rows that an UPDATE writes break a check that nobody has validated: the server looks at it again for each of
 * them, also where the UPDATE changes other columns. The first check that is broken is told.
 */
export async function unvalidatedAnswer(
  asker: Asker,
  { searchPath }: RowQuestion,
  known: KnownTable,
  { made, dropped, isFollowed }: Asked & { kind: 'unvalidated' },
): Promise<Answer> {
  const reply = await asker.ask(`SELECT conname AS name, pg_get_expr(conbin, conrelid) AS expression FROM pg_constraint
 WHERE conrelid = ${known.facts.oid} AND contype = 'c' AND NOT convalidated ORDER BY conname`)
  if (!('rows' in reply)) return unanswered(reply.why)
  const there = reply.rows.filter(({ name }) => !dropped.includes(name ?? ''))
  for (const { name, expression } of [...there, ...made]) {
    const answer = await rowsAnswer(asker, conditionSql(known, brokenCheck(expression ?? 'true')), searchPath)
    if (answer.kind === 'fine') continue
    if (answer.kind !== 'broken') return answer
    const check = dotted(name ?? '')
    return isFollowed
      ? { ...answer, where: check }
      : unanswered(
          `rows break the check ${check}, which is not validated, and which of them the UPDATE writes cannot be told`,
        )
  }
  return fine
}
