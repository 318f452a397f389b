import { type BatchesDone, keyText } from '../../core/migration/batch.ts'
import { grouped } from '../../core/quantities.ts'
import { errorOf } from '../../core/system-error.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import type { ServerError } from '../driver/send.ts'
import { keySql, rowsAtMost, unfit, type WalkedTable } from './walked-table.ts'

/**
 * Finds out that a walk by a key has no end, as where a trigger gives each row that is done a higher key. How many rows
 * there are is only estimated: so they are counted once where the estimate is passed, and then the count decides.
 */
export class WalkBound {
  private readonly client: Client
  private readonly table: WalkedTable
  private readonly key: readonly string[]
  private most: number
  private isCounted = false

  /** @param key as the header names it. */
  constructor(client: Client, table: WalkedTable, key: readonly string[], { rows }: BatchesDone) {
    this.client = client
    this.table = table
    this.key = key
    this.most = rows + rowsAtMost(table)
  }

  /** @returns why the walk should stop before its next batch; null where it should not. */
  async passed({ rows, to }: BatchesDone): Promise<ServerError | null> {
    if (rows <= this.most) return null
    const left = await rowsBehind(this.client, this.table, to)
    if (typeof left !== 'number') return left
    if (this.isCounted) return climbing(this.key, rows, left)
    this.isCounted = true
    this.most = rows + rowsAtMost({ ...this.table, rows: left })
    return null
  }
}

/** How many rows are still behind `last`, counted one by one; what the server says where it refuses. It never rejects. */
async function rowsBehind(
  client: Client,
  { sql, key }: WalkedTable,
  last: readonly string[] | null,
): Promise<number | ServerError> {
  const own = key.length === 1 ? (key[0]?.name ?? '') : `(${key.map(({ name }) => name).join(', ')})`
  const where = last === null ? '' : ` WHERE ${own} > ${keySql(key, last)}`
  try {
    const [found] = await queryArrays<[string]>(client, `SELECT count(*)::text FROM ${sql}${where}`)
    return Number(found?.[0] ?? 0)
  } catch (error) {
    return errorOf(error)
  }
}

/** What is told of batches by a key that never come to its end. */
function climbing(key: readonly string[], done: number, left: number): ServerError {
  const [count, before] = [done, left].map(grouped)
  return unfit(
    `its batches have gone through ${count} rows, and ${before} are still ahead: rows come up again, or are added as fast as they are done`,
    `see which trigger or function changes ${keyText(key)}, or adds rows; what is done is kept`,
  )
}
