import type { Repeatable } from '../migration/repeatable.ts'
import { ofKey } from '../sql/qualified-name.ts'
import { meantName, quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import type { Catalog } from './catalog.ts'
import { type Change, placedChange } from './generated-statement.ts'
import type { Draft } from './migration-text.ts'
import type { Other } from './other.ts'

/** Kinds that PostgreSQL does not change a table or a column under. */
const kinds: ReadonlySet<string> = new Set(['view', 'materialized view', 'policy', 'trigger', 'rule'])

/** What repeatables have made that can stand in the way of a migration, of two catalogs with and without them. */
export function madeByRepeatables(made: Catalog, without: Catalog): Other[] {
  const names = new Set(without.others.map(nameOf))
  return made.others.filter((other) => kinds.has(other.kind) && !names.has(nameOf(other)))
}

const nameOf = ({ kind, schema, name, table }: Other) => JSON.stringify([kind, schema, name, table])

/** The repeatables of which one of these objects is, as far as their text shows it. */
export function makersOf(objects: readonly Other[], repeatables: readonly Repeatable[]): Repeatable[] {
  return repeatables.filter((one) => objects.some((other) => makes(one, other)))
}

const identifier = '(?:"(?:[^"]|"")+"|[\\w$\\u0080-\\uffff]+)'
const creates = new RegExp(
  `\\bcreate\\s+(?:or\\s+replace\\s+)?(?:constraint\\s+|recursive\\s+)?(materialized\\s+view|view|policy|trigger|rule)\\s+(?:if\\s+not\\s+exists\\s+)?(?:${identifier}\\s*\\.\\s*)?(${identifier})`,
  'gi',
)

/** Whether the text of a repeatable makes an object, by its name: in whichever schema. */
export function makes({ text }: Pick<Repeatable, 'text'>, { kind, name }: Pick<Other, 'kind' | 'name'>): boolean {
  return [...text.matchAll(creates)].some(
    ([, word = '', written = '']) => word.toLowerCase().replace(/\s+/g, ' ') === kind && meantName(written) === name,
  )
}

/**
 * The last of these migrations with what takes objects of repeatables away before all else, there and back, and with what
 * has these run again.
 * @param objects in the order in which they can be dropped.
 */
export function withTakenAway(
  drafts: readonly Draft[],
  objects: readonly Other[],
  makers: readonly Repeatable[],
): Draft[] {
  const drops = objects.map((other) => dropOf(other, makers))
  const rerun = `nself: rerun ${makers.map(({ name }) => name).join(', ')}`
  return drafts.map((draft, i) =>
    i < drafts.length - 1
      ? draft
      : {
          ...draft,
          up: [...drops, ...draft.up],
          down: [...drops, ...draft.down],
          headers: { up: [rerun, ...(draft.headers?.up ?? [])], down: [rerun, ...(draft.headers?.down ?? [])] },
        },
  )
}

function dropOf(other: Other, makers: readonly Repeatable[]): Change {
  const maker = makers.find((one) => makes(one, other))
  const remark = `repeatable/${maker?.name} makes it again at the end. Rights that were granted on it elsewhere are lost.`
  const { kind, schema, name, table } = other
  const word = kind.toUpperCase()
  if (table === null || kind === 'view' || kind === 'materialized view')
    return placedChange(`DROP ${word} IF EXISTS ${quoteQualified(schema ?? 'public', name)}`, null, remark)
  const on = ofKey(table)
  return placedChange(
    `DROP ${word} IF EXISTS ${quoteIdentifier(name)} ON ${quoteQualified(on.schema, on.name)}`,
    null,
    remark,
  )
}
