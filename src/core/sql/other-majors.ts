/**
 * Words that a major of PostgreSQL has taken for itself since 14, so that an older server accepts what a newer parser
 * does not: as the name of a function, a type or a column.
 */
const takenSince: readonly (readonly [major: number, words: RegExp])[] = [
  // SELECT 1a, and a parameter with letters behind it.
  [15, /(?:^|[^\w$.])[\d$][\d.]*[a-z_]/i],
  [16, /\b(?:json_array|json_arrayagg|json_object|json_objectagg|system_user)\b/i],
  [17, /\b(?:json|json_exists|json_query|json_scalar|json_serialize|json_table|json_value|merge_action)\b/i],
]

/**
 * Whether a server of that major may understand what the parser of another one does not. A newer server may have any
 * new syntax; of an older one only some words were free.
 * @param message what the parser says of it.
 */
export function mayBeKnownTo(major: number, parserMajor: number, sql: string, message: string): boolean {
  if (major > parserMajor || major < 14) return true
  if (major === parserMajor) return false
  return !/^syntax error/.test(message) || takenSince.some(([since, words]) => since > major && words.test(sql))
}
