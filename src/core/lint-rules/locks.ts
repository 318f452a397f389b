/** What blocks others while it runs, or for longer than it has to. */
export const lockRules = {
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
} as const
