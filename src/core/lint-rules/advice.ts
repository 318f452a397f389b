/** What is better done in another way; nothing breaks. */
export const adviceRules = {
  'lint/constraint-never-validated': {
    severity: 'note',
    about: 'advice',
    title: 'A constraint stays NOT VALID',
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
