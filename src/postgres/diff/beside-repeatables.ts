import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Repeatable, RepeatableSides } from '../../core/migration/repeatable.ts'
import { compare } from '../../core/migration/state.ts'
import { planDown } from '../../core/plan/down.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { planUp } from '../../core/plan/up.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { differenceLine, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import type { Other } from '../../core/schema/other.ts'
import { madeByRepeatables, makersOf, makes } from '../../core/schema/taken-away.ts'
import { keyOf, ofKey } from '../../core/sql/qualified-name.ts'
import { quoteQualified } from '../../core/sql/quoting.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import { type ReplayOptions, replay, runPlan, runRepeatables } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { type History, readHistory } from '../tracking/history.ts'

/** Where new migrations meet what repeatables have made. */
export interface BesideRepeatables {
  readonly scratch: Scratch
  readonly options: ReplayOptions
  /** The migrations before the new ones. */
  readonly files: readonly Migration[]
  readonly repeatables: readonly Repeatable[]
}

/** A database that has run the migrations before the new ones, and then the repeatables. */
export interface Repeated {
  readonly server: ScratchServer
  readonly catalog: Catalog
  readonly objects: readonly Other[]
}

/**
 * A database as it is before new migrations run.
 * @throws NselfError `migration-failed` where the repeatables do not run there: they may be edited for what comes.
 */
export async function repeatedBefore({ scratch, options, files, repeatables }: BesideRepeatables): Promise<Repeated> {
  const server = await replay(scratch, files, false, options)
  const without = await catalogOf(server)
  await runRepeatables(server, repeatables, options)
  const catalog = await catalogOf(server, true)
  return { server, catalog, objects: madeByRepeatables(catalog, without) }
}

/** What comes of new migrations where the repeatables have run before them: why they do not hold there, or null. */
export async function besideRepeatables(
  beside: BesideRepeatables,
  before: Repeated,
  fresh: readonly Migration[],
): Promise<{ readonly fails: string | null; readonly untried: string | null }> {
  const { scratch, options, repeatables } = beside
  const files = [...beside.files, ...fresh]
  const sides = (history: History): RepeatableSides => ({ files: repeatables, rows: history.repeatables })
  const up = (history: History) => planUp(compare(files, history.rows, [], sides(history)))
  const down = (history: History) => planDown(compare(files, history.rows, [], sides(history)), { count: fresh.length })
  const run = async (plan: (history: History) => Plan) =>
    failureOf(runPlan(before.server, plan(await withScratchConnection(before.server, readHistory)), plan, options))
  const upFails = await run(up)
  if (upFails !== null) {
    const isRepeatable =
      upFails.location !== undefined && repeatables.some(({ file }) => file.path === upFails.location?.path)
    return isRepeatable ? { fails: null, untried: upFails.message } : { fails: upFails.message, untried: null }
  }
  const made = await replay(scratch, files, false, options)
  const freshFails = await failureOf(runRepeatables(made, repeatables, options))
  if (freshFails !== null) return { fails: null, untried: freshFails.message }
  const different = differenceOf(await catalogOf(made, true), await catalogOf(before.server, true))
  if (different !== null)
    return { fails: `a new database differs from one that has run them: ${different}`, untried: null }
  const downFails = await run(down)
  if (downFails !== null) return { fails: downFails.message, untried: null }
  const left = differenceOf(before.catalog, await catalogOf(before.server, true))
  return { fails: left === null ? null : `DOWN leaves it different: ${left}`, untried: null }
}

async function failureOf(run: Promise<void>): Promise<NselfError | null> {
  return run.then(
    () => null,
    (error) => {
      if (error instanceof NselfError && error.code === 'migration-failed') return error
      throw error
    },
  )
}

function differenceOf(want: Catalog, made: Catalog): string | null {
  const [first] = differencesOf(withoutNotNullNames(want), withoutNotNullNames(made))
  return first === undefined ? null : differenceLine(first, 'expected', 'made')
}

const standingSql = `WITH RECURSIVE standing AS (SELECT to_regclass(name)::oid AS oid, 0 AS depth FROM unnest($1::text[]) AS name
 UNION SELECT r.ev_class, depth + 1 FROM standing JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = standing.oid
 AND d.classid = 'pg_rewrite'::regclass JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> standing.oid WHERE depth < 50)
 SELECT n.nspname AS schema, relname AS name FROM standing JOIN pg_class c ON c.oid = standing.oid JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind IN ('v', 'm') GROUP BY c.oid, 1, 2 ORDER BY max(depth) DESC, c.oid DESC`

/**
 * What repeatables have made that stands on these tables, or on what stands on them, in the order in which it can be
 * dropped; with all else that the same files make, for they make all of it again.
 * @param tables their keys.
 */
export async function standingOn(
  before: Repeated,
  tables: readonly string[],
  repeatables: readonly Repeatable[],
): Promise<{ readonly objects: readonly Other[]; readonly makers: readonly Repeatable[] }> {
  let relations = tables
  for (;;) {
    const found = await viewsOver(before, relations)
    const isOn = ({ kind, table }: Other) => !isView(kind) && table !== null && relations.includes(table)
    const objects = [...before.objects.filter(isOn), ...found]
    const makers = makersOf(objects, repeatables)
    const others = before.objects.filter((other) => makers.some((one) => makes(one, other)))
    const more = others
      .filter((other) => !objects.includes(other))
      .map((other) => (isView(other.kind) ? keyOf(other) : other.table))
    if (more.length === 0) return { objects, makers }
    relations = [...relations, ...more.flatMap((key) => key ?? [])]
  }
}

const isView = (kind: string) => kind === 'view' || kind === 'materialized view'

/** Views over these relations, and these themselves where they are some, those that others stand on last. */
async function viewsOver({ server, objects }: Repeated, relations: readonly string[]): Promise<Other[]> {
  const names = relations.map(ofKey).map(({ schema, name }) => quoteQualified(schema, name))
  const { rows } = await withScratchConnection(server, (client) =>
    client.query<{ schema: string; name: string }>({ text: standingSql, values: [names] }),
  )
  return rows.flatMap((row) => objects.find((other) => isView(other.kind) && keyOf(other) === keyOf(row)) ?? [])
}
