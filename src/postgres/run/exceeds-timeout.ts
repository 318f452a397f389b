import type { Client } from '../driver/pg.ts'
import { queryArrays } from '../driver/pg.ts'
import type { Outcome } from '../driver/send.ts'

const limitSql = "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"

/** Whether a statement was cancelled by the time limit of its session, and by nobody: both have the same code. */
export async function exceedsTimeout(client: Client, { error }: Outcome, tookMs: number): Promise<boolean> {
  if (error?.code !== '57014') return false
  const [limit] = await queryArrays<[number]>(client, limitSql).catch(() => [])
  return limit !== undefined && limit[0] > 0 && tookMs >= limit[0]
}
