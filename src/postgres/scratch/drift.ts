import type { Client } from 'pg'
import type { Migration } from '../../core/migration.ts'
import { planUp } from '../../core/plan.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import { compare } from '../../core/state.ts'
import { fingerprintSql } from '../catalog/fingerprint.ts'
import { plainTextSql } from '../catalog/read.ts'
import { connect, disconnect, type Server } from '../connect.ts'
import { fingerprintsSql } from '../history.ts'
import { catalogOf, on } from './look.ts'
import { type ReplayOptions, replay, runPlan } from './replay.ts'
import type { Scratch } from './scratch.ts'

/** How a database differs from what its migrations make. */
export interface Drift {
  /** What the migrations make is left, the database is right. */
  readonly differences: readonly Difference[]
  /** The last migration after which the schema was still what the migrations make; null when that is not known. */
  readonly since: string | null
}

/** An applied migration, and its place in the order of application. */
export interface AppliedFile {
  readonly file: Migration
  readonly position: number
}

/**
 * Compares a database with what its applied migrations make on a scratch one.
 * @throws NselfError `migration-failed` when one of them does not run there.
 */
export async function driftOf(
  scratch: Scratch,
  live: Server,
  applied: readonly AppliedFile[],
  keep: boolean,
  options: ReplayOptions,
): Promise<Drift> {
  const files = applied.map(({ file }) => file)
  const expected = await replay(scratch, files, keep, options)
  const differences = differencesOf(await catalogOf(expected), await catalogOf(live))
  if (differences.length === 0) return { differences, since: null }
  return { differences, since: await sinceWhen(scratch, live, applied, expected, options) }
}

async function sinceWhen(
  scratch: Scratch,
  live: Server,
  applied: readonly AppliedFile[],
  expected: Server,
  options: ReplayOptions,
): Promise<string | null> {
  const last = Math.max(...applied.map(({ position }) => position))
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
    if ((await on(made, fingerprintOf)) === fingerprint)
      return until.find((item) => item.position === position)?.file.name ?? null
  }
  return null
}

/** Those that runs have stored, the latest first; none where the table is of an older release. */
async function storedFingerprints(live: Server): Promise<{ position: number; fingerprint: string }[]> {
  const connection = await connect(live, 'nself')
  try {
    return (await connection.client.query<{ position: number; fingerprint: string }>(fingerprintsSql)).rows
  } catch {
    return []
  } finally {
    await disconnect(connection)
  }
}

async function fingerprintOf(client: Client): Promise<string> {
  await client.query(`BEGIN; ${plainTextSql}`)
  const { rows } = await client.query<{ fingerprint: string }>(fingerprintSql)
  await client.query('ROLLBACK')
  return rows[0]?.fingerprint ?? ''
}

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

/** Replays the migrations one by one and tells after which of them the schema is that of the database. */
export async function inferVersion(
  scratch: Scratch,
  live: Catalog,
  files: readonly Migration[],
  options: ReplayOptions,
): Promise<Inferred> {
  const server = await scratch.create()
  const plan = planUp(compare(files, []))
  const matches: Match[] = []
  let closest: Inferred['closest'] = null
  for (const step of plan.steps) {
    await runPlan(server, { ...plan, steps: [step] }, ({ rows }) => planUp(compare(files, rows), { count: 1 }), options)
    const differences = differencesOf(await catalogOf(server), live)
    const { name, version } = step
    if (differences.length === 0) matches.push({ name, version })
    if (closest === null || differences.length < closest.differences.length) closest = { name, version, differences }
  }
  return { matches, closest: matches.length === 0 ? closest : null }
}
