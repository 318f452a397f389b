import type { MigrationWork, Work } from './transaction.ts'

/** Works that are done in one way, in their order. */
export type Segment =
  /** Each in a transaction of its own, sent without waiting. */
  | { readonly kind: 'pipe'; readonly works: MigrationWork[] }
  /** Statement by statement. */
  | { readonly kind: 'outside'; readonly work: MigrationWork }
  /** All in one transaction: repeatables, so that nobody sees a view that is gone. */
  | { readonly kind: 'together'; readonly works: Work[] }

/** How the works of a plan are done. */
export function segmentsOf(works: readonly Work[]): Segment[] {
  const segments: Segment[] = []
  for (const work of works) {
    const last = segments.at(-1)
    if (!isMigration(work)) {
      if (last?.kind === 'together') last.works.push(work)
      else segments.push({ kind: 'together', works: [work] })
    } else if (!work.section.transaction) segments.push({ kind: 'outside', work })
    else if (last?.kind === 'pipe') last.works.push(work)
    else segments.push({ kind: 'pipe', works: [work] })
  }
  return segments
}

function isMigration(work: Work): work is MigrationWork {
  return work.step.kind === 'migration'
}
