import { describe, expect, test } from 'vitest'
import { canonicalDefinition, isSameButCasts } from '../../../src/core/schema/canonical-definition.ts'

describe('a definition in one form', () => {
  const list = "ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])"
  test.each([
    ["ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])", list],
    [list, list],
    ["ANY (ARRAY['a'::text, 'b'::text])", "ANY (ARRAY['a'::text, 'b'::text])"],
    [
      "((ARRAY['a, ]'::character varying, f(1, 2)])::text[])",
      "(ARRAY[('a, ]'::character varying)::text, (f(1, 2))::text])",
    ],
    ["(ARRAY['a", "(ARRAY['a"],
    ['CREATE STATISTICS s.x (mcv) ON n, "B b", a FROM t', 'CREATE STATISTICS s.x (mcv) ON "B b", a, n FROM t'],
    ['CREATE STATISTICS x ON n, a, lower(b) FROM t', 'CREATE STATISTICS x ON a, n, lower(b) FROM t'],
    ['CREATE STATISTICS x ON (n + 1) FROM t', 'CREATE STATISTICS x ON (n + 1) FROM t'],
  ])('%s', (written, canonical) => expect(canonicalDefinition(written)).toBe(canonical))
})

describe('definitions that differ in casts alone', () => {
  test.each([
    ["WHERE name <> ''::text", "WHERE (name)::text <> ''::text", true],
    ["a = 'x'::character varying(20)", "(a)::character varying = ('x')", true],
    ['a > 1', 'a > 2', false],
    ["at::timestamp with time zone > '2026-01-01'", "at > '2026-01-01'::date", true],
    ['upper(name)', 'lower(name::text)', false],
  ])('%s and %s: %s', (one, other, same) => expect(isSameButCasts(one, other)).toBe(same))
})
