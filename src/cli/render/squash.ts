import type { SquashResult } from '../../commands/shared/squash-result.ts'
import { counted } from '../../core/quantities.ts'
import { foldBeside } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

/** What was written in place of what, and what to do next; with `--dry-run` the file itself. */
export function renderSquash(result: SquashResult, _: Paint, width: number): string {
  if (result.removed) {
    const files = counted(result.replaces.length, 'old file')
    const rest = 'Databases that have only some of these migrations can be brought up only with the files from git.'
    return foldBeside(`Removed ${result.folder}, with ${files} that ${result.path} stands for\n${rest}`, width)
  }
  if (!result.written) return result.sql.trimEnd()
  const { path, replaces, folder, down } = result
  const rows = result.rows.reduce((sum, table) => sum + table.rows, 0)
  const parts = [
    counted(rows, 'row'),
    ...(result.rows.length === 0 ? [] : [`in ${counted(result.rows.length, 'table')}`]),
  ]
  const lines = [
    `Wrote ${path} in place of ${counted(replaces.length, 'migration')} (${replaces[0]} to ${replaces.at(-1)}), proven to make the same schema and rows`,
    ...(rows === 0
      ? []
      : [
          `It holds ${parts.join(' ')}${result.sequences === 0 ? '' : `, and sets ${counted(result.sequences, 'sequence')}`}`,
        ]),
    down.proven ? 'Its DOWN drops all of it, and is proven' : `It has no DOWN: ${down.why ?? 'none was written'}`,
    ...result.carried.map(
      ({ migration, what }) =>
        `  ! ${what} (${migration}) reaches beyond the database: it is in the file as it was, not proven`,
    ),
    ...result.left.map((line) => `  ! not in the file: ${line}`),
    `The old files are kept in ${folder}`,
    'Databases that have all of them count it as applied; those that have only some are told what to do; new ones run it.',
    'Next: review it and commit it with the old files; then: nself db migrate up, which records it',
  ]
  return foldBeside(withGivenFlags(lines.join('\n')), width)
}
