import type { LintRule } from '../../lint-rules.ts'
import { dotted, shortName } from '../../sql/qualified-name.ts'
import { readableIdentifier } from '../../sql/quoting.ts'
import { nodeAt, type RelationName, relationOf } from '../../sql/tree.ts'
import type { KnownSchema } from '../known/schema.ts'
import type { LintStep } from '../known/step.ts'
import type { MadeIn } from '../known/table.ts'

/** What is found in a step. */
export interface Hit {
  readonly rule: LintRule
  readonly step: LintStep
  /** Where in the step, in UTF-16 units. */
  readonly offset: number
  readonly message: string
  readonly instead: string
}

/** A step and all that a rule may know of what is around it. */
export interface LintLook {
  readonly step: LintStep
  /** What is there before the step runs. */
  readonly schema: KnownSchema
  /** That of the server. */
  readonly major: number
  /** Whether what has this origin is used by nobody yet. */
  readonly isNew: (origin: MadeIn) => boolean
  /** Tables that the section drops anyway. */
  readonly dropped: ReadonlySet<string>
  /** The names of all that the section creates: what is dropped or renamed to be created anew is not gone. */
  readonly created: ReadonlySet<string>
}

/** A table as it is told, and known by: without `public`, which is what no schema means. */
export const tableName = ({ schema, name }: RelationName): string => shortName(schema, name)

/** The same in SQL that is to be pasted. */
export const tableSql = ({ schema, name }: RelationName): string =>
  [...(schema === null || schema === 'public' ? [] : [schema]), name].map(readableIdentifier).join('.')

/** A hit at the beginning of its step, or at a place in it. */
export function hit(rule: LintRule, step: LintStep, message: string, instead: string, offset = 0): Hit {
  return { rule, step, offset, message, instead }
}

/** The table that a statement is about. */
export function targetOf({ step }: LintLook): RelationName {
  return relationOf(nodeAt(step.node.relation))
}

/** Whether somebody may be using a table while the step runs: what is not known was made before. */
export function isUsed({ schema, isNew, dropped }: LintLook, name: RelationName): boolean {
  if (dropped.has(tableName(name))) return false
  const table = schema.find(name)
  return table === null || !(table.isTemporary || isNew(table.origin))
}

/** `users.name` */
export function columnName(table: RelationName, column: string): string {
  return `${tableName(table)}.${dotted(column)}`
}
