import type { Answer } from '../../core/probe/answer.ts'
import type { Questions, RowQuestion } from '../../core/probe/question.ts'
import type { ServerLook, TouchedTable } from '../../core/probe/server-look.ts'
import type { Connection } from '../driver/connect.ts'
import { answerOf } from './answers.ts'
import { Asker, type Patience } from './asker.ts'
import { freeSpace } from './free-space.ts'
import { readActivity } from './server-activity.ts'
import { TablesOfServer } from './table-facts.ts'
import { touchedTables } from './touched-tables.ts'

/** What a server has said of a run that is yet to come. */
export interface Probed extends ServerLook {
  readonly answers: readonly { readonly question: RowQuestion; readonly answer: Answer }[]
  readonly touched: readonly TouchedTable[]
}

/**
 * Asks a server about the rows, the tables and the sessions that a run would meet. Takes no lock but ACCESS SHARE, and
 * writes nothing.
 * @throws LostConnection.
 */
export async function probeServer(
  { client, place }: Connection,
  { questions, touches }: Questions,
  patience: Patience,
  progress: (what: string) => void,
): Promise<Probed> {
  const asker = new Asker(client, patience)
  const tables = new TablesOfServer(asker)
  progress('looking at tables and sessions')
  const touched = await touchedTables(asker, tables, touches)
  const activity = await readActivity(asker)
  const free = await freeSpace(asker, place)
  const answers: Probed['answers'][number][] = []
  for (const [i, question] of questions.entries()) {
    progress(`asking about ${question.place.migration} (${i + 1} of ${questions.length})`)
    answers.push({ question, answer: await answerOf(asker, tables, question) })
  }
  return { answers, touched, ...activity, free }
}
