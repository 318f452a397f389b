/** What fails, destroys data, or breaks the release that is running. */
export const breakageRules = {
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
} as const
