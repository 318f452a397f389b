import { restStatements, withKeptAccess } from '../../core/schema/after-library/rest-statements.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { type Change, withUncheckedBodies } from '../../core/schema/generated-statement.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'
import { affectedPart } from './affected-part.ts'
import { type Claim, copyOf, madeAfter, type Ready, readMade, rolesIn, runChanges } from './scratch-copy.ts'

export interface StatementProof {
  /** What has to follow the statements: what they made anew has lost owner, rights, comments. */
  readonly rest: readonly Change[]
  /** What still differs afterwards. */
  readonly left: readonly Difference[]
}

interface Work {
  /** Whether owners and rights are to become what they are in the wanted catalog; otherwise each keeps its own. */
  readonly all: boolean
  readonly changes: readonly Change[]
}

/**
 * Runs generated statements on a copy of the database they are for, and finds what has to follow them; where it is large,
 * on a copy of the part that they touch, and of the whole only if that does not prove them.
 * @throws what the server says of a statement that fails; an error where no true copy can be made.
 */
export async function proveStatements(
  scratch: Scratch,
  have: Claim,
  { want, ...work }: Work & { readonly want: Claim },
  ready: Ready,
): Promise<StatementProof> {
  const part = await affectedPart(have, want)
  if (part !== null) {
    const proof = await proveOnCopy(scratch, part.have, { ...work, want: part.want }, ready).catch(() => null)
    if (proof?.left.length === 0) return proof
  }
  return proveOnCopy(scratch, have, { ...work, want: want.catalog }, ready)
}

async function proveOnCopy(
  scratch: Scratch,
  have: Claim,
  { want, all, changes }: Work & { readonly want: Catalog },
  ready: Ready,
): Promise<StatementProof> {
  await scratch.provide({ roles: rolesIn(want), tablespaces: [] })
  return withScratchConnection(await copyOf(scratch, have, ready), async (client) => {
    await runChanges(client, changes, ready)
    const target = (found: Catalog) => (all ? want : withKeptAccess(want, have.catalog, found))
    const after = await readMade(client)
    const rest = restStatements(after, target(after))
    const found = await madeAfter(client, withUncheckedBodies(rest), after, ready)
    return { rest, left: differencesOf(target(found), found) }
  })
}
