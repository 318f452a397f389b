import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const making = new RegExp(
  `^CREATE (?:OR REPLACE )?(?:UNLOGGED |UNIQUE |FOREIGN |MATERIALIZED |RECURSIVE )*(?:TABLE|VIEW|INDEX|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|STATISTICS) (${name}(?:\\.${name})?)`,
)

/**
 * The statements that do not stand on some objects, and those that do, each in their order: what names one of the
 * objects, and what names something that such a statement makes.
 * @param objects as SQL names them.
 */
export function standingOn(changes: readonly Change[], objects: readonly string[]): [before: Change[], on: Change[]] {
  if (objects.length === 0) return [[...changes], []]
  const names = objects.map(bare)
  const [before, on]: [Change[], Change[]] = [[], []]
  for (const change of changes) {
    const sql = bare(change.sql)
    const isOn = names.some((one) => isNamed(one, sql))
    ;(isOn ? on : before).push(change)
    const made = isOn ? making.exec(sql)?.[1] : undefined
    if (made !== undefined) names.push(made)
  }
  return [before, on]
}

const dropping = new RegExp(`^DROP \\w+(?: \\w+)*? (${name}(?:\\.${name})?)(?:\\(|$)`)

/**
 * The statements that may come before some objects are dropped, and the drops that have to wait until then: of what the
 * objects are made of, and of what is named by a drop that waits.
 * @param texts what names all that the objects are made of.
 */
export function droppedAfter(
  changes: readonly Change[],
  texts: readonly string[],
): [before: Change[], after: Change[]] {
  const waiting = texts.map(bare)
  const [before, after]: [Change[], Change[]] = [[], []]
  for (const change of changes) {
    const sql = bare(change.sql)
    const dropped = dropping.exec(sql)?.[1]
    const waits = dropped !== undefined && waiting.some((text) => isNamed(dropped, text))
    ;(waits ? after : before).push(change)
    if (waits) waiting.push(sql)
  }
  return [before, after]
}

/** Names of statements are in quotes here and there. */
const bare = (sql: string) => sql.replaceAll('"', '')

/** As a whole name: `public.user` is not in `public.users`. */
function isNamed(object: string, sql: string): boolean {
  const wordEnd = /[\w$]$/
  for (let at = sql.indexOf(object); at !== -1; at = sql.indexOf(object, at + 1)) {
    const after = sql.charAt(at + object.length)
    const before = sql.charAt(at - 1)
    const isWhole = !(wordEnd.test(object) && /[\w$]/.test(after)) && !/[\w$]/.test(before)
    // An index is made without its schema.
    if (isWhole && !(before === '.' && object.includes('.'))) return true
  }
  return false
}
