/** What ends a list of expressions that are grouped or sorted by. */
const list = /\b(?:group\s+by|order\s+by|distinct\s+on)\s+/gi
const end = /^(?:having|order|limit|offset|fetch|window|union|intersect|except|for|on)$/i

/**
 * A query in which what it groups or sorts by is the same as what it selects: as literals they were the same value, and
 * as parameters they have numbers of their own, so that no server takes them for one.
 * `SELECT date_trunc($1, c) … GROUP BY date_trunc($2, c)` becomes `… GROUP BY date_trunc($1, c)`.
 * @returns null where nothing is alike.
 */
export function withSameParameters(sql: string): string | null {
  const same = new Map<string, string>()
  for (const { index, 0: words } of sql.matchAll(list)) {
    for (const expression of expressionsFrom(sql, index + words.length)) {
      const found = firstLike(sql.slice(0, index), expression)
      for (const [from, to] of found) if (from !== to && !same.has(from)) same.set(from, to)
    }
  }
  if (same.size === 0) return null
  return sql.replace(/\$\d+/g, (parameter) => same.get(parameter) ?? parameter)
}

/** The expressions of the list that begins there, as they are written. */
function expressionsFrom(sql: string, from: number): string[] {
  const found: string[] = []
  let [depth, begun] = [0, from]
  for (const { 0: token, index } of sql.slice(from).matchAll(/"(?:[^"]|"")*"|\w+|[^\s\w]/g)) {
    const at = from + index
    if (token === '(' || token === '[') depth++
    if (token === ')' || token === ']') depth--
    if (depth < 0 || (depth === 0 && end.test(token))) return [...found, sql.slice(begun, at)]
    if (depth > 0 || token !== ',') continue
    found.push(sql.slice(begun, at))
    begun = at + 1
  }
  return [...found, sql.slice(begun)]
}

/** The parameters of an expression, each with that in its place where the same expression comes first. */
function firstLike(before: string, expression: string): [string, string][] {
  const written = expression.trim().replace(/\s+(?:asc|desc)\b.*$/i, '')
  const own = [...written.matchAll(/\$\d+/g)].map(([parameter]) => parameter)
  if (own.length === 0 || /^\$\d+$/.test(written)) return []
  const pattern = written
    .split(/\$\d+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('(\\$\\d+)')
  const [, ...first] = new RegExp(pattern).exec(before) ?? []
  const pairs: [string, string][] = []
  for (const [i, parameter] of own.entries()) {
    const found = first[i]
    if (found !== undefined) pairs.push([parameter, found])
  }
  return pairs
}
