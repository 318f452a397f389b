import type { RenamedPart } from '../../core/schema/changes.ts'
import { type Rename, renameText } from '../../core/schema/renames.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import type { Compared } from '../../postgres/diff/compare-design.ts'
import type { ImportResult } from './schema-results.ts'

/** What is shown of an import besides its differences: what keeps its rows under another name, and how large new tables are. */
export function shownImport(
  { wanted }: Compared,
  renames: readonly Rename[],
): Pick<ImportResult, 'renames' | 'renamed' | 'columns'> {
  return {
    renames: renames.map(renameText),
    renamed: renames.map(renamedPart),
    columns: Object.fromEntries(
      wanted.tables.map(({ schema, name, columns }) => [shortName(schema, name), columns.length]),
    ),
  }
}

function renamedPart(rename: Rename): RenamedPart {
  if (rename.kind === 'column')
    return { table: shortName(rename.schema, rename.table), from: rename.name, to: rename.to }
  const [from = '', to = ''] = renameText(rename).split(' to ')
  return { table: null, from, to }
}
