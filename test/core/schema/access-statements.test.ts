import { expect, test } from 'vitest'
import { accessStatements } from '../../../src/core/schema/after-library/access-statements.ts'
import type { Access, Catalog } from '../../../src/core/schema/catalog.ts'
import { keyOf } from '../../../src/core/sql/qualified-name.ts'
import { catalogOf, columnOf, tableOf } from '../../helpers/catalog.ts'

/** A table t with a column a, of an owner, and what others may do with both. */
function owned(owner: string, ofTable: Access['grants'], ofColumn: Access['grants']): Catalog {
  const key = keyOf({ schema: 'public', name: 't' })
  const access: Access[] = [
    { kind: 'table', schema: 'public', path: ['t'], table: null, owner, grants: ofTable, withheld: null },
    { kind: 'column', schema: 'public', path: ['t', 'a'], table: key, owner: null, grants: ofColumn, withheld: null },
  ]
  return catalogOf({ tables: [tableOf('t', [columnOf('a', 'integer')])], access })
}

test.each([
  [
    'of a column is revoked, which it would keep as a grant to itself',
    [owned('old', [], [{ what: 'SELECT', to: 'fresh' }]), owned('fresh', [], [])],
    ['REVOKE SELECT ("a") ON TABLE "public"."t" FROM "fresh"', 'ALTER TABLE "public"."t" OWNER TO "fresh"'],
  ],
  [
    'of a column is granted again where it is to have it as the owner',
    [owned('old', [], [{ what: 'SELECT', to: 'fresh' }]), owned('fresh', [], [{ what: 'SELECT', to: 'fresh' }])],
    [
      'REVOKE SELECT ("a") ON TABLE "public"."t" FROM "fresh"',
      'ALTER TABLE "public"."t" OWNER TO "fresh"',
      'GRANT SELECT ("a") ON TABLE "public"."t" TO "fresh"',
    ],
  ],
  [
    'of a column is revoked also where the old owner was granted it',
    [owned('old', [], [{ what: 'SELECT', to: 'old' }]), owned('fresh', [], [])],
    ['ALTER TABLE "public"."t" OWNER TO "fresh"', 'REVOKE SELECT ("a") ON TABLE "public"."t" FROM "fresh"'],
  ],
  [
    'of the table becomes its own',
    [owned('old', [{ what: 'SELECT', to: 'fresh' }], []), owned('fresh', [], [])],
    ['ALTER TABLE "public"."t" OWNER TO "fresh"'],
  ],
] as const)('what a new owner was granted before %s', (_, [have, want], statements) => {
  expect(accessStatements(have, want).map(({ sql }) => sql)).toEqual(statements)
})
