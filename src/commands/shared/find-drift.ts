import { NselfError } from '../../core/errors.ts'
import { definitionOf } from '../../core/migration/repeatable.ts'
import type { State } from '../../core/migration/state.ts'
import { deniedHint } from '../../core/replay/denied.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { type AppliedFile, type Drift, driftOf } from '../../postgres/scratch/drift.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

/**
 * How the database differs from what its applied migrations make.
 * @param all owners and rights too.
 * @throws NselfError `refused` when that cannot be told: a file is missing here, was edited, or is partially applied.
 */
export async function findDrift(context: Context, server: Server, state: State, all: boolean): Promise<Drift> {
  const applied = state.entries.filter((entry) => entry.applied !== null)
  const unfit = applied.find((entry) => entry.status !== 'applied')
  if (unfit !== undefined) {
    throw new NselfError('refused', `drift cannot be checked: ${unfit.name} is ${unfit.status}`, {
      hint: 'drift is found by replaying what was applied; fix this first: nself db migrate repair',
    })
  }
  const files: AppliedFile[] = applied.flatMap(({ file, applied: row }) =>
    file === null || row === null ? [] : [{ file, position: row.position }],
  )
  const ran = ranRepeatables(state)
  return withScratchFor(context, { live: server, strict: 'drift was not checked' }, async (work) => {
    const values = new Map([
      ...applied.map(({ file, applied: row }) => [file, row?.variables ?? null] as const),
      ...ran.map(({ repeatable, variables }) => [repeatable.file, variables] as const),
    ])
    const originals = [...files, ...ran.map(({ repeatable }) => repeatable)].map(({ file }) => file)
    const ready = await work.ready(originals, (file) => values.get(file) ?? null)
    const replayed = files.map((item, at) => ({ ...item, file: ready[at] ?? item.file }))
    const repeatables = ran.map(({ repeatable }, at) => ({
      ...repeatable,
      file: ready[files.length + at] ?? repeatable.file,
    }))
    context.progress('comparing with what the migrations make')
    const made = { applied: replayed, repeatables }
    return driftOf(work.scratch, server, made, { keep: work.keepTemplate, all }, work.replay).catch((error) => {
      throw asUnchecked(error)
    })
  })
}

/** The repeatables as they ran, whatever their files say by now. */
function ranRepeatables({ repeatables }: State) {
  return repeatables.flatMap(({ name, file, ran }) => {
    if (ran === null) return []
    const repeatable = ran.text === '' ? file : definitionOf(name, ran)
    return repeatable === null ? [] : [{ repeatable, variables: ran.variables }]
  })
}

/** What a replay may not do says nothing of the database. */
function asUnchecked(error: unknown): unknown {
  const hint = error instanceof NselfError ? deniedHint(error.server?.sqlstate, error.message) : null
  if (!(error instanceof NselfError) || hint === null) return error
  return new NselfError('refused', `drift was not checked: ${error.message}`, {
    ...(error.location === undefined ? {} : { location: error.location }),
    hint: `${hint}; nothing was changed`,
    cause: error,
  })
}
