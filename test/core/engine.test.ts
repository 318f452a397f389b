import { expect, test } from 'vitest'
import { engineOf } from '../../src/core/engine.ts'

test.each([
  [
    'a PostgreSQL',
    { host: 'db.example.com', reported: new Map([['server_version', '18.1']]), version: 'PostgreSQL 18.1' },
    null,
  ],
  ['a Citus', { version: 'PostgreSQL 16.4 (Debian 16.4-1.pgdg120+1) on x86_64, Citus 12.1' }, null],
  [
    'an Aurora PostgreSQL',
    { host: 'x.cluster-y.eu-west-1.rds.amazonaws.com', version: 'PostgreSQL 16.4 on aarch64' },
    null,
  ],
  ['a CockroachDB', { version: 'CockroachDB CCL v25.1.0' }, 'CockroachDB'],
  ['a YugabyteDB', { version: 'PostgreSQL 15.2-YB-2025.1.0.0-b0 on x86_64' }, 'YugabyteDB'],
  ['an Aurora DSQL', { host: 'abc123.dsql.us-east-1.on.aws' }, 'Aurora DSQL'],
  ['a Redshift', { reported: new Map([['server_version', '8.0.2']]) }, 'Amazon Redshift'],
] as const)('an engine is known by its signs: %s', (_, signs, engine) => {
  expect(engineOf(signs)).toBe(engine)
})
