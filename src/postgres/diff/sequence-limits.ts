import { type Change, plainChange } from '../../core/schema/generated-statement.ts'
import { splitDotted } from '../../core/sql/qualified-name.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { FactBase } from './facts.ts'

/** A sequence that is below a new lower limit starts at what it is to start with: PostgreSQL does not take it there. */
export function withinLimits({ sql, table }: Change, from: FactBase, to: FactBase): Change[] {
  const [, path] = /^ALTER SEQUENCE ((?:"(?:[^"]|"")*")\.(?:"(?:[^"]|"")*")) .*?MINVALUE -?\d/s.exec(sql) ?? []
  const [schema, name] = splitDotted(path ?? '') ?? []
  if (path === undefined || schema === undefined || name === undefined) return []
  const id = { kind: 'sequence', schema, name } as const
  const [old, fresh] = [from.get(id)?.payload, to.get(id)?.payload]
  const [least, start] = [Number(fresh?.minValue), Number(fresh?.start)]
  if (!(Number(old?.minValue) < least) || Number(old?.maxValue) < start || Number(fresh?.increment) < 0) return []
  return [
    plainChange(
      `SELECT setval(${quoteLiteral(path)}, ${start}, false) FROM ${path} WHERE last_value < ${least}`,
      table,
    ),
  ]
}
