import type { State } from '../../core/migration/state.ts'
import type { Context } from './context.ts'
import type { BaseStatus } from './migrate-results.ts'

/** How the files here go together with those of a branch. @throws NselfError as compareWithBase. */
export async function baseStatus(context: Context, { entries }: State, ref: string): Promise<BaseStatus> {
  const { compareWithBase } = await import('./base-branch.ts')
  const { fileFindings } = await import('./merge-findings.ts')
  const here = entries.flatMap(({ file }) => file ?? [])
  const comparison = await compareWithBase(context, here, ref)
  return {
    ref,
    onlyHere: comparison.newHere.map(({ name }) => name),
    onlyThere: comparison.newThere.map(({ name }) => name),
    contradictions: fileFindings(comparison, false).map(({ migration, message }) => ({ name: migration, message })),
  }
}
