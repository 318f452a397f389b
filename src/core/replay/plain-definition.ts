/** Statements of which most schemas consist, and that no replay treats otherwise than they stand. */
const plain =
  /^(?:CREATE (?:UNLOGGED )?TABLE|CREATE (?:UNIQUE )?INDEX|ALTER TABLE|COMMENT ON (?:TABLE|COLUMN|INDEX|CONSTRAINT))\s/i
/** What of them names something of the cluster, or asks for a superuser. */
const reaches = /\b(?:TABLESPACE|OWNER|TRIGGER|ROLE|USER)\b/i

/**
 * Whether a statement by its words alone is one that reaches nothing beyond its database, so that nobody has to parse it
 * to know: that takes longer than all else that a replay does with it on our side.
 */
export function isPlainDefinition(sql: string): boolean {
  return plain.test(sql) && !reaches.test(sql)
}
