import { durationText, grouped } from '../quantities.ts'
import { type RowsDone, rowsText } from '../rows-done.ts'

/** How fast batches go. */
export interface BatchPace {
  /** How long this run has been at them. */
  readonly ms: number
  /** How many rows it has done in that time. */
  readonly rows: number
}

/**
 * How far batches have come, in a line: `batch 14 of 88 · 70,000 of about 440,000 rows · 6,364 rows/s · 11 s, about 58 s left · Ctrl-C is safe`.
 * @param size the most rows of one of them; null where they limit themselves.
 */
export function batchLine(done: RowsDone, size: number | null, { ms, rows }: BatchPace): string {
  const left = Math.max(0, done.of - done.rows)
  const ofAll = size === null || left === 0 ? '' : ` of ${grouped(done.batches + Math.ceil(left / size))}`
  const perSecond = ms === 0 ? 0 : (rows / ms) * 1000
  const rest = size === null || left === 0 || perSecond === 0 ? '' : `, about ${spoken((left / perSecond) * 1000)} left`
  return [
    `batch ${grouped(done.batches)}${ofAll}`,
    rowsText(done),
    `${grouped(perSecond)} rows/s`,
    `${spoken(ms)}${rest}`,
    'Ctrl-C is safe',
  ].join(' · ')
}

/** In whole seconds; of hours the minutes. */
function spoken(ms: number): string {
  if (ms >= 3_600_000) return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : durationText(ms)
}
