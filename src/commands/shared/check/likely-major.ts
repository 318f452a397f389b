import { parserMajor } from '../../../parsers/postgres/parser.ts'
import { likenessOf } from '../../../postgres/scratch/likeness.ts'
import type { Context } from '../context.ts'

/** The major of PostgreSQL that migrations will meet: that of the project's server; where it does not answer, of the programs here. */
export async function likelyMajor({ settings: { root, target } }: Context): Promise<number> {
  const like = target.kind === 'server' ? await likenessOf(target).catch(() => null) : null
  if (like !== null) return like.major
  const { findBinaries } = await import('../../../postgres/embedded/binaries.ts')
  try {
    return findBinaries(root, null).major
  } catch {
    return parserMajor
  }
}
