import { plainChange } from '../../core/schema/generated-statement.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import type { Other } from '../../core/schema/other.ts'
import { inOrder } from '../../core/schema/rename-order.ts'
import { renameSql } from '../../core/schema/rename-sql.ts'
import { newSchemasOf, type Rename, subjectOf } from '../../core/schema/renames.ts'
import { withSequenceTypes } from '../../core/schema/retyped-sequences.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { withTimeZone } from '../../core/schema/zoned-times.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { withScratchConnection } from '../scratch/read.ts'
import { type Compared, extensionSql, schemaSql } from './compare-design.ts'
import { timeZoneOf } from './format.ts'
import { stagesOf, stepsBetween } from './stages.ts'
import { changesAlong } from './statements.ts'

/** The migrations that turn the current database into the wanted one: one, or several where one must be committed first. */
export async function draftsOf(compared: Compared, renames: readonly Rename[]): Promise<Draft[]> {
  if (compared.facts === null) return withExtensions(withRenames([{ up: [], down: [] }], renames), compared.extensions)
  const { before, after } = compared.facts
  const zone = await withScratchConnection(compared.current.server, timeZoneOf)
  const drafts: Draft[] = []
  let from = before
  for (const to of [...(await stagesOf(before, after)), after]) {
    const [up, down] = await stepsBetween(from, to)
    drafts.push({
      up: withSequenceTypes(
        withTimeZone(await changesAlong(up), compared.current.catalog, zone),
        compared.current.catalog,
      ),
      down: withSequenceTypes(withTimeZone(await changesAlong(down), compared.wanted, zone), compared.wanted),
    })
    from = to
  }
  return withExtensions(withRenames(withComplement(drafts, compared), renames), compared.extensions)
}

/** What the library does not know comes last, both ways. */
function withComplement(drafts: readonly Draft[], { current, wanted }: Compared): Draft[] {
  const have = current.catalog
  const tables = new Set(wanted.tables.map(keyOf))
  const stays = ({ kind, table }: Other) => kind !== 'statistics' || table === null || tables.has(table)
  const want = { ...have, ...wanted, others: have.others.filter(stays) }
  const all = { up: drafts.flatMap(({ up }) => up), down: drafts.flatMap(({ down }) => down) }
  return drafts.map(({ up, down }, i) => ({
    up: i < drafts.length - 1 ? up : [...up, ...complementOf(have, want, all.up)],
    down: i > 0 ? down : [...down, ...complementOf(want, have, all.down)],
  }))
}

/** They come before all that needs them, and go after it. */
function withExtensions(drafts: readonly Draft[], extensions: readonly string[]): Draft[] {
  const statements = extensions.map(extensionSql)
  return around(drafts, {
    up: statements.map(({ up }) => plainChange(up, null)),
    down: statements.toReversed().map(({ down }) => plainChange(down, null)),
  })
}

/** Renames stand between what uses the one name and what uses the other. */
function withRenames(drafts: readonly Draft[], renames: readonly Rename[]): Draft[] {
  const schemas = newSchemasOf(renames).map(schemaSql)
  const change = (sql: string, subject: string | null) => ({ ...plainChange(sql, subject), keepsPlace: true })
  const steps = inOrder(renames).map((rename) => ({ rename, ...renameSql(rename) }))
  return around(drafts, {
    up: [
      ...schemas.map(({ up }) => change(up, null)),
      ...steps.flatMap(({ up, rename }) => up.map((sql) => change(sql, subjectOf(rename, false)))),
    ],
    down: [
      ...steps.toReversed().flatMap(({ down, rename }) => down.map((sql) => change(sql, subjectOf(rename, true)))),
      ...schemas.toReversed().map(({ down }) => change(down, null)),
    ],
  })
}

/** What is done before all else and taken back after all else. */
function around([first, ...rest]: readonly Draft[], { up, down }: Draft): Draft[] {
  return first === undefined ? [] : [{ up: [...up, ...first.up], down: [...first.down, ...down] }, ...rest]
}
