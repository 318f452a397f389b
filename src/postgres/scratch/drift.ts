import { withoutToolObjects } from '../../core/adopt/own-objects.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Repeatable } from '../../core/migration/repeatable.ts'
import { compare } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { planUp } from '../../core/plan/up.ts'
import { boundExtension } from '../../core/replay/bound-extensions.ts'
import { withoutAccess } from '../../core/schema/access.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextClauses } from '../catalog/read.ts'
import { connect } from '../driver/connect.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { fingerprintsSql } from '../tracking/stored-fingerprint.ts'
import { readToolObjects } from '../tracking/tool-objects.ts'
import { catalogOf, fingerprintOf, withScratchConnection } from './read.ts'
import { type ReplayOptions, replay, replayToSee, runPlan, runRepeatables } from './replay.ts'
import { bothCatalogs } from './replayed-as.ts'
import type { Scratch } from './scratch.ts'

/** How a database differs from what its migrations make. */
export interface Drift {
  /** What the migrations make is left, the database is right. */
  readonly differences: readonly Difference[]
  /** How many more differ in owner or rights alone, where these were not asked for. */
  readonly inAccess: number
  /** The last migration after which the schema was still what the migrations make; null when that is not known. */
  readonly since: string | null
}

/** An applied migration, and its place in the order of application. */
export interface AppliedFile {
  readonly file: Migration
  readonly position: number
}

/** What has made a database. */
export interface DatabaseMakers {
  readonly applied: readonly AppliedFile[]
  /** As they ran last. */
  readonly repeatables: readonly Repeatable[]
}

/**
 * Compares a database with what its applied migrations make on a scratch one.
 * @param all owners and rights too.
 * @throws NselfError `migration-failed` when one of them does not run there.
 */
export async function driftOf(
  scratch: Scratch,
  live: Server,
  { applied, repeatables }: DatabaseMakers,
  { keep, all }: { readonly keep: boolean; readonly all: boolean },
  options: ReplayOptions,
): Promise<Drift> {
  const files = applied.map(({ file }) => file)
  const replayed = await replayToSee(scratch, files, keep, options)
  const expected = repeatables.length === 0 ? replayed.seen : await replayed.own()
  await runRepeatables(expected, repeatables, options)
  const objects = await withScratchConnection(live, readToolObjects)
  const [ours, theirs] = await bothCatalogs(expected, live)
  const everything = differencesOf(withoutToolObjects(ours, objects), withoutToolObjects(theirs, objects)).filter(
    ({ kind, name }) => !(kind === 'extension' && boundExtension(name)),
  )
  const inSchema = withoutAccess(everything)
  const since = inSchema.length === 0 ? null : await sinceWhen(scratch, live, applied, expected, options)
  const differences = all ? everything : inSchema
  return { differences, inAccess: everything.length - differences.length, since }
}

async function sinceWhen(
  scratch: Scratch,
  live: Server,
  applied: readonly AppliedFile[],
  expected: Server,
  options: ReplayOptions,
): Promise<string | null> {
  const last = Math.max(...applied.map(({ position }) => position))
  // What the fingerprint does not see, it cannot tell the time of.
  const [now, wanted] = [await fingerprintAt(live), await fingerprintAt(expected)]
  if (now === wanted) return null
  for (const { position, fingerprint } of await storedFingerprints(live)) {
    const until = applied.filter((item) => item.position <= position)
    const made =
      position >= last
        ? expected
        : await replay(
            scratch,
            until.map(({ file }) => file),
            false,
            options,
          )
    if ((await fingerprintAt(made)) === fingerprint)
      return until.find((item) => item.position === position)?.file.name ?? null
  }
  return null
}

/** Those that runs have stored, the latest first; none where the table is of an older release. */
async function storedFingerprints(live: Server): Promise<{ version: string; position: number; fingerprint: string }[]> {
  return withConnection(connect(live, 'nself'), null, (client) =>
    client.query<{ version: string; position: number; fingerprint: string }>(fingerprintsSql).then(
      ({ rows }) => rows,
      () => [],
    ),
  )
}

const fingerprintAt = (server: Server) => withScratchConnection(server, fingerprintOf)

/** A point in the migrations whose schema is that of the database. */
interface Match {
  readonly name: string
  readonly version: string
}

export interface Inferred {
  /** Neighbours when some of them change no schema; none when no point fits. */
  readonly matches: readonly Match[]
  /** Where the fewest things differ, when none fits. */
  readonly closest: (Match & { readonly differences: readonly Difference[] }) | null
}

/**
 * Tells after which of the migrations the schema is that of the database: by the fingerprint that the schema has after
 * each of them; where none is the same, by comparing all of the schema each time, which takes longer.
 */
export async function inferVersion(
  scratch: Scratch,
  live: Server,
  files: readonly Migration[],
  options: ReplayOptions,
): Promise<Inferred> {
  const plan = planUp(compare(files, []))
  if (plan.steps.length === 0) return { matches: [], closest: null }
  const fingerprint = await fingerprintAt(live)
  const same = new Set(
    (await replayedFingerprints(scratch, files, plan, options)).flatMap((point) =>
      point.fingerprint === fingerprint ? [point.version] : [],
    ),
  )
  const matches = plan.steps.flatMap(({ name, version }) =>
    version !== null && same.has(version) ? [{ name, version }] : [],
  )
  return matches.length > 0 ? { matches, closest: null } : inferByComparing(scratch, live, files, plan, options)
}

/** Replays the migrations in one run, in which the scratch database itself notes the fingerprint after each. */
async function replayedFingerprints(
  scratch: Scratch,
  files: readonly Migration[],
  plan: Plan,
  options: ReplayOptions,
): Promise<{ version: string; fingerprint: string }[]> {
  const server = await scratch.create()
  const replan: Parameters<typeof runPlan>[2] = ({ rows }) => planUp(compare(files, rows), { allowOutOfOrder: true })
  const first = { ...plan, steps: plan.steps.slice(0, 1) }
  await runPlan(server, first, ({ rows }) => planUp(compare(files, rows), { count: 1 }), options)
  await withScratchConnection(server, (client) => client.query(noteFingerprintsSql))
  await runPlan(server, { ...plan, steps: plan.steps.slice(1) }, replan, options)
  return storedFingerprints(server)
}

const noteFingerprintsSql = `CREATE FUNCTION nself.note_fingerprint() RETURNS trigger LANGUAGE plpgsql
 ${plainTextClauses}
 AS $note$ BEGIN NEW.fingerprint := (${fingerprintSql}); RETURN NEW; END $note$;
 CREATE TRIGGER note_fingerprint BEFORE INSERT OR UPDATE ON nself.migrations FOR EACH ROW EXECUTE FUNCTION nself.note_fingerprint();
 UPDATE nself.migrations SET state = state`

async function inferByComparing(
  scratch: Scratch,
  live: Server,
  files: readonly Migration[],
  plan: Plan,
  options: ReplayOptions,
): Promise<Inferred> {
  const wanted = await catalogOf(live)
  const server = await scratch.create()
  const matches: Match[] = []
  let closest: Inferred['closest'] = null
  for (const [at, step] of plan.steps.entries()) {
    const { name, version } = step
    if (version === null) continue
    const progress = () => options.progress(`comparing with ${name} (${at + 1} of ${plan.steps.length})`)
    const replan: Parameters<typeof runPlan>[2] = ({ rows }) => planUp(compare(files, rows), { count: 1 })
    await runPlan(server, { ...plan, steps: [step] }, replan, { ...options, progress })
    const differences = differencesOf(await catalogOf(server), wanted)
    if (differences.length === 0) matches.push({ name, version })
    if (closest === null || differences.length < closest.differences.length) closest = { name, version, differences }
  }
  return { matches, closest: matches.length === 0 ? closest : null }
}
