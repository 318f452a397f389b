/**
 * The rules of lint. Those that squawk has, or has too, are called as squawk calls them.
 * `about`: what a rule is concerned with. DOWN is looked at for locks and for what fails: that it takes away and changes
 * back is what it is for. What the running release needs does not matter to a migration that waits until it is gone.
 */
export const lintRules = {
  'lint/changing-column-type': {
    severity: 'warning',
    about: 'lock',
    title: 'A change of type rewrites or scans the table',
  },
  'lint/adding-not-nullable-field': {
    severity: 'warning',
    about: 'lock',
    title: 'SET NOT NULL scans the table',
  },
  'lint/adding-field-with-default': {
    severity: 'warning',
    about: 'lock',
    title: 'A new column rewrites the table',
  },
  'lint/constraint-missing-not-valid': {
    severity: 'warning',
    about: 'lock',
    title: 'A new constraint scans the table under its lock',
  },
  'lint/adding-exclusion-constraint': {
    severity: 'warning',
    about: 'lock',
    title: 'A new exclusion constraint blocks the table while its index is built',
  },
  'lint/validate-in-same-transaction': {
    severity: 'warning',
    about: 'lock',
    title: 'A constraint is validated by the transaction that adds it',
  },
  'lint/constraint-never-validated': {
    severity: 'note',
    about: 'advice',
    title: 'A constraint stays NOT VALID',
  },
  'lint/disallowed-unique-constraint': {
    severity: 'warning',
    about: 'lock',
    title: 'A new unique constraint blocks the table while its index is built',
  },
  'lint/adding-serial-primary-key-field': {
    severity: 'warning',
    about: 'lock',
    title: 'A new primary key blocks the table while its index is built',
  },
  'lint/require-concurrent-index-creation': {
    severity: 'warning',
    about: 'lock',
    title: 'CREATE INDEX blocks writes',
  },
  'lint/require-concurrent-index-deletion': {
    severity: 'warning',
    about: 'lock',
    title: 'DROP INDEX blocks reads and writes',
  },
  'lint/require-concurrent-reindex': {
    severity: 'warning',
    about: 'lock',
    title: 'REINDEX blocks reads and writes',
  },
  'lint/require-concurrent-partition-detach': {
    severity: 'warning',
    about: 'lock',
    title: 'DETACH PARTITION blocks reads and writes',
  },
  'lint/attach-partition-scans': {
    severity: 'warning',
    about: 'lock',
    title: 'ATTACH PARTITION scans the table that becomes a partition',
  },
  'lint/refresh-blocks-reads': {
    severity: 'warning',
    about: 'lock',
    title: 'REFRESH MATERIALIZED VIEW blocks reads',
  },
  'lint/rewriting-table': {
    severity: 'warning',
    about: 'lock',
    title: 'A statement rewrites the whole table',
  },
  'lint/data-change-under-lock': {
    severity: 'warning',
    about: 'lock',
    title: 'Rows are changed while the transaction locks a table',
  },
  'lint/update-all-rows': {
    severity: 'warning',
    about: 'lock',
    title: 'One statement changes every row of a table',
  },
  'lint/several-tables-locked': {
    severity: 'note',
    about: 'lock',
    title: 'One transaction locks several tables',
  },
  'lint/ban-alter-domain-with-add-constraint': {
    severity: 'warning',
    about: 'lock',
    title: 'A new constraint of a domain scans every table that uses it',
  },
  'lint/adding-required-field': {
    severity: 'error',
    about: 'failure',
    title: 'A new column that must not be NULL has no value for existing rows',
  },
  'lint/ban-duplicate-column-assignments': {
    severity: 'error',
    about: 'failure',
    title: 'UPDATE sets a column twice',
  },
  'lint/ban-drop-database': {
    severity: 'error',
    about: 'loss',
    title: 'A database is dropped',
  },
  'lint/ban-drop-column': {
    severity: 'warning',
    about: 'release',
    title: 'Dropping a column breaks the release that reads it',
  },
  'lint/ban-drop-table': {
    severity: 'warning',
    about: 'release',
    title: 'Dropping a table breaks the release that uses it',
  },
  'lint/ban-drop-not-null': {
    severity: 'note',
    about: 'release',
    title: 'A column that was never NULL may now be NULL',
  },
  'lint/ban-truncate-cascade': {
    severity: 'warning',
    about: 'loss',
    title: 'TRUNCATE … CASCADE empties tables that it does not name',
  },
  'lint/renaming-column': {
    severity: 'warning',
    about: 'release',
    title: 'Renaming a column breaks the release that uses its old name',
  },
  'lint/renaming-table': {
    severity: 'warning',
    about: 'release',
    title: 'Renaming a table breaks the release that uses its old name',
  },
  'lint/renaming-object': {
    severity: 'warning',
    about: 'release',
    title: 'Renaming breaks the release that uses the old name',
  },
  'lint/dropping-object': {
    severity: 'warning',
    about: 'release',
    title: 'Dropping breaks the release that uses what is dropped',
  },
  'lint/drop-cascade': {
    severity: 'note',
    about: 'release',
    title: 'CASCADE drops what the migration does not name',
  },
  'lint/foreign-key-without-index': {
    severity: 'note',
    about: 'advice',
    title: 'A foreign key has no index',
  },
  'lint/prefer-bigint-over-int': {
    severity: 'note',
    about: 'advice',
    title: 'A key of 32 bits runs out of numbers',
  },
  'lint/prefer-identity': {
    severity: 'note',
    about: 'advice',
    title: 'serial makes a sequence with rights of its own',
  },
  'lint/prefer-timestamp-tz': {
    severity: 'note',
    about: 'advice',
    title: 'timestamp forgets the time zone',
  },
  'lint/ban-char-field': {
    severity: 'note',
    about: 'advice',
    title: 'char(n) pads values with blanks',
  },
  'lint/json-column': {
    severity: 'note',
    about: 'advice',
    title: 'json cannot be compared or indexed',
  },
  'lint/identifier-too-long': {
    severity: 'warning',
    about: 'advice',
    title: 'PostgreSQL cuts a name',
  },
  'lint/ban-create-domain-with-constraint': {
    severity: 'note',
    about: 'advice',
    title: 'The constraint of a domain is hard to change later',
  },
  'lint/prefer-text-field': {
    severity: 'note',
    about: 'advice',
    isOff: true,
    title: 'varchar(n) limits a length that may change',
  },
  'lint/prefer-bigint-over-smallint': {
    severity: 'note',
    about: 'advice',
    isOff: true,
    title: 'smallint ends at 32,767',
  },
  'lint/require-enum-value-ordering': {
    severity: 'note',
    about: 'advice',
    isOff: true,
    title: 'A new enum value does not say its place',
  },
  'lint/require-table-schema': {
    severity: 'note',
    about: 'advice',
    isOff: true,
    title: 'A table is named without its schema',
  },
} as const

export type LintRule = keyof typeof lintRules

const isRule = (name: string): name is LintRule => Object.hasOwn(lintRules, name)
/** All of them, in their order. */
export const lintRuleNames: readonly LintRule[] = Object.keys(lintRules).filter(isRule)
