import { lastingDefinition } from '../schema/canonical-definition.ts'
import type { Change } from '../schema/generated-statement.ts'
import { quoteIdentifier } from '../sql/quoting.ts'

/**
 * A statement as it runs on another server as well: what may be there before the first migration is made only where it
 * is not, and the role that runs it is not named. What it defines reads as it did.
 * @param role the one that runs them here.
 */
export function portable(change: Change, role: string): Change {
  const sql = (isText.test(change.sql) ? change.sql : lastingDefinition(change.sql))
    .replace(/^CREATE (EXTENSION|SCHEMA) (?!IF NOT EXISTS)/, 'CREATE $1 IF NOT EXISTS ')
    .replace(`ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(role)} `, 'ALTER DEFAULT PRIVILEGES ')
  return sql === change.sql ? change : { ...change, sql }
}

/** What PostgreSQL keeps letter for letter. */
const isText = /^(?:CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)|COMMENT|SECURITY LABEL)\b/

/** Whether it adds a foreign key or a check that the rows need not pass, or says something of one. */
export function isReference({ sql }: Change): boolean {
  return (
    /^ALTER TABLE .* ADD CONSTRAINT .* FOREIGN KEY /s.test(sql) ||
    /^ALTER (?:TABLE|DOMAIN) .* ADD CONSTRAINT .* NOT VALID$/s.test(sql) ||
    /^COMMENT ON CONSTRAINT /.test(sql)
  )
}

/** Whether it is of an event trigger, which would fire for all that comes after it. */
export function isOfEvents({ sql }: Change): boolean {
  return /^(?:CREATE|ALTER|COMMENT ON) EVENT TRIGGER /.test(sql)
}
