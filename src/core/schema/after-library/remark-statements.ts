import { quoteIdentifier, quoteLiteral } from '../../sql/quoting.ts'
import { type Change, plainChange } from '../generated-statement.ts'
import type { Other } from '../other.ts'

/**
 * What is said of an object in an item of its own: a security label, or a comment on a constraint of a domain or on one that
 * a partition or a child has from its parent.
 */
export const isRemark = ({ kind, table }: Other): boolean =>
  kind === 'security label' || (kind === 'comment' && table === null)

/** Statements that say `fresh` in place of `old`; null is nothing. */
export function remarkStatements(item: Other, old: string | null, fresh: string | null): Change[] {
  const target = item.kind === 'security label' ? labelTarget(item) : constraintTarget(item)
  return old === fresh || target === null ? [] : [plainChange(`${target} IS ${quoteLiteral(fresh)}`, null)]
}

function constraintTarget({ name }: Other): string | null {
  const [, of, constraint, owner] = /^(domain|table) constraint ("(?:[^"]|"")*"|\S+) on (.*)$/s.exec(name) ?? []
  return of === undefined ? null : `COMMENT ON CONSTRAINT ${constraint} ON ${of === 'domain' ? 'DOMAIN ' : ''}${owner}`
}

/** As PostgreSQL identifies what can have a label, where that is no keyword; an aggregate without arguments has none to name. */
const keywords: Readonly<Record<string, string>> = { aggregate: 'ROUTINE', language: 'PROCEDURAL LANGUAGE' }

const labelled = /^(.*?) on ((?:\w+ )*?column|materialized view|foreign table|event trigger|large object|[a-z]+) (.*)$/s

function labelTarget({ name }: Other): string | null {
  const [, provider, kind, object] = labelled.exec(name) ?? []
  if (provider === undefined || kind === undefined) return null
  const keyword = kind.endsWith('column') ? 'COLUMN' : (keywords[kind] ?? kind.toUpperCase())
  return `SECURITY LABEL FOR ${quoteIdentifier(provider)} ON ${keyword} ${object}`
}
