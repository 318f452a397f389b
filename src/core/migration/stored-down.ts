import { quoteIdentifier } from '../sql/quoting.ts'
import type { Migration } from './migration.ts'
import { parseMigration } from './parse-file.ts'
import type { HeldSection } from './section.ts'
import { sourceOf } from './section-text.ts'

/** The DOWN of a file as it is stored with its row: with the headers that hold for it, wherever they stood. */
export function storedDown({ down }: Migration): string | null {
  if (down === null) return null
  const sql = sourceOf(down)
  const headers = [
    down.transaction || down.batch !== null ? null : 'no-transaction',
    down.lockTimeout && `lock-timeout ${down.lockTimeout}`,
    down.statementTimeout && `statement-timeout ${down.statementTimeout}`,
    down.role && `role ${quoteIdentifier(down.role)}`,
    down.reruns.length > 0 && `rerun ${down.reruns.join(', ')}`,
    down.nothingToDo && 'nothing-to-do',
    down.uses.length > 0 && `variables ${[...new Set(down.uses.map(({ name }) => name))].join(', ')}`,
  ].filter((header) => header && !sql.includes(`-- nself: ${header}`))
  return `${headers.map((header) => `\n-- nself: ${header}`).join('')}${sql}`
}

/** What stands for the file of a DOWN that comes from the database. */
export function storedPath(name: string): string {
  return `${name}.sql (DOWN from the database)`
}

/** The DOWN that was stored with a row, or null where it holds no statement. */
export function parseStoredDown(version: string, name: string, text: string): HeldSection | null {
  return parseMigration(name, { version, name }, `-- UP\n-- DOWN${text}`).down
}
