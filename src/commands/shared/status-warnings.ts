import type { Environment } from '../../core/environment.ts'
import type { NselfError } from '../../core/errors.ts'
import type { History } from '../../postgres/tracking/history.ts'

/** What is wrong with what the database remembers, each with the command that ends it. @param refusals what keeps `up` from running. */
export function statusWarnings(
  { facts }: History,
  refusals: readonly NselfError[],
  environment: Environment,
): string[] {
  const { markedAs, markLost, movedTo } = facts
  const mark = markLost
    ? `the database has lost its environment mark and counts as production until it has one again: nself db migrate repair --env production --mark-environment ${environment}`
    : markedAs !== null && markedAs !== environment
      ? `the database is marked ${markedAs}, but this command runs for ${environment}`
      : null
  return [
    mark,
    ...refusals.map(({ message, hint }) => `${message}: ${hint}`),
    facts.lost
      ? 'the table nself.migrations is gone; to rebuild it from the journal: nself db migrate repair --rebuild'
      : null,
    movedTo === null
      ? null
      : `the schema nself was renamed to ${movedTo}; to rename it back: nself db migrate repair --restore-tables`,
    facts.unjournaled
      ? 'the table nself.journal is gone; to create it again: nself db migrate repair --restore-tables'
      : null,
  ].filter((warning) => warning !== null)
}
