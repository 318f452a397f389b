import { grouped } from './quantities.ts'

/** How much of a table is done in batches. */
export interface RowsDone {
  readonly batches: number
  readonly rows: number
  /** About how many rows there were when it began. */
  readonly of: number
}

/** `120,000 of about 500,000 rows` */
export function rowsText({ rows, of }: Pick<RowsDone, 'rows' | 'of'>): string {
  const all = of < rows ? '' : ` of about ${grouped(of)}`
  return `${grouped(rows)}${all} ${rows === 1 && all === '' ? 'row' : 'rows'}`
}

/** `120,000 of about 500,000 rows are done` */
export function rowsDoneText(done: Pick<RowsDone, 'rows' | 'of'>): string {
  const text = rowsText(done)
  return `${text} ${text === '1 row' ? 'is' : 'are'} done`
}
