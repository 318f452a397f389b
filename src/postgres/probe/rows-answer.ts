import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import { type Asker, isAboutValues, withoutValues } from './asker.ts'

/** The answer of a question that counts rows and names some. */
export async function rowsAnswer(asker: Asker, sql: string, searchPath: readonly string[] | null): Promise<Answer> {
  const reply = await asker.ask(sql, searchPath)
  if (!('rows' in reply)) {
    const { error, why } = reply
    if (error === null || !isAboutValues(error)) return unanswered(why)
    return { kind: 'fails', message: withoutValues(error.message), examples: [] }
  }
  const count = Number(reply.rows[0]?.count ?? 0)
  return count === 0 ? fine : { kind: 'broken', count, examples: examplesOf(reply.rows[0]?.examples) }
}

/** The elements of an array of texts, as PostgreSQL writes it. */
function examplesOf(text: string | null | undefined): string[] {
  const list: unknown = JSON.parse(text ?? '[]')
  return Array.isArray(list) ? list.map(String) : []
}
