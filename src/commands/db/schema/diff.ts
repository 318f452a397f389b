import type { Catalog } from '../../../core/schema/catalog.ts'
import { differencesOf } from '../../../core/schema/differences.ts'
import { targetSchemaOf } from '../../../core/schema/target-schema.ts'
import type { Context } from '../../shared/context.ts'
import { catalogOfSide, type Side, withSides } from '../../shared/diff-sides.ts'
import { differenceSql } from '../../shared/difference-sql.ts'
import type { DiffResult } from '../../shared/schema-results.ts'

export interface DiffOptions {
  /** Null: the environment of the command. */
  readonly left: string | null
  readonly right: string
  /** Owners and rights too. */
  readonly all: boolean
  readonly sql: boolean
  /** With `sql`: as a script for psql that blocks nobody for long. */
  readonly online?: boolean
  /** Exit 6 when there is a difference. */
  readonly exitCode: boolean
}

/** Compares two schemas: environments, URLs, migrations, designs. Reads only. */
export function diff(context: Context, options: DiffOptions): Promise<DiffResult> {
  return withSides(context, [options.left, options.right], async (left, right) => {
    context.progress('reading both catalogs')
    const [ours, theirs] = await Promise.all([catalogOfSide(left), catalogOfSide(right)])
    const compared = (one: Catalog) => (options.all ? one : { ...one, access: [] })
    const differences = differencesOf(
      compared(asDesigned(ours, left, theirs)),
      compared(asDesigned(theirs, right, ours)),
    )
    const { all, online = false } = options
    const written = options.sql
      ? await differenceSql(context, [left, right], { ours, theirs, all, differences, online })
      : null
    return {
      kind: 'diff',
      left: left.label,
      right: right.label,
      leftPlace: left.place,
      rightPlace: right.place,
      differences,
      sql: written?.sql ?? null,
      proven: written?.proven ?? null,
      different: differences.length > 0,
      checked: options.exitCode,
    }
  })
}

/** A design says nothing of views, rights and the like: there it is taken to be as the other side. */
function asDesigned(made: Catalog, { design }: Side, other: Catalog): Catalog {
  return design === null ? made : { ...other, ...targetSchemaOf(other, made, design, new Map()) }
}
