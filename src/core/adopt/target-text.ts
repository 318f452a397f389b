import { fileHead } from '../migration/file-head.ts'
import type { SqlError } from '../sql/lexer.ts'
import { variableUses } from '../sql/variable-uses.ts'
import { neutralSql } from './neutral-sql.ts'
import type { SourceMigration, SourceSection } from './tools/tool.ts'

/** What is said of a migration that has none. */
export const noDown = 'no DOWN, so it cannot be reverted'

/** A migration of ours that was one of another tool's. */
export interface TargetText {
  readonly text: string
  readonly notes: readonly string[]
  /** What cannot be read in it, and in which section. */
  readonly faults: readonly { readonly section: 'up' | 'down'; readonly error: SqlError; readonly sql: string }[]
}

export interface TargetHead {
  readonly name: string
  /** 14 digits. */
  readonly created: string
  /** `db/migrations/001_a.sql (dbmate)`. */
  readonly from: string
  readonly dependsOn: readonly string[]
  /** Those that are filled in where they are used. */
  readonly variables: ReadonlySet<string>
}

/** The text of the file that a migration becomes. */
export function targetText(
  source: SourceMigration,
  { name, created, from, dependsOn, variables }: TargetHead,
): TargetText {
  const [up, down] = [neutralSql(source.up.sql), source.down === null ? null : neutralSql(source.down.sql)]
  const idle = up.fault === null && up.statements === 0
  const downIdle = down === null || (down.fault === null && down.statements === 0)
  const head = [...fileHead(name, created), `Adopted from ${from}`].map((line) => `-- ${line}\n`).join('')
  const needs = dependsOn.length === 0 ? '' : `-- depends_on: ${dependsOn.join(', ')}\n`
  const notes = [...source.notes, ...up.notes, ...(down?.notes ?? [])]
  if (idle) notes.push('UP has no statement: it says nothing-to-do')
  if (!idle && downIdle) notes.push(noDown)
  const upText = sectionText('UP', source.up, up.sql, { idle, variables })
  const downText =
    source.down !== null && down !== null && !downIdle
      ? sectionText('DOWN', source.down, down.sql, { idle: false, variables })
      : idle
        ? '-- DOWN\n-- nself: nothing-to-do\n'
        : ''
  const faults = [
    ...(up.fault === null ? [] : [{ section: 'up' as const, error: up.fault, sql: source.up.sql }]),
    ...(down?.fault && source.down ? [{ section: 'down' as const, error: down.fault, sql: source.down.sql }] : []),
  ]
  return { text: `${head}${needs}\n${[upText, downText].filter((part) => part !== '').join('\n')}`, notes, faults }
}

/** The text of a file that runs again whenever it is edited. It has no DOWN, as in the other tool. */
export function repeatableText(
  source: SourceMigration,
  { name, from, variables }: Pick<TargetHead, 'name' | 'from' | 'variables'>,
): TargetText {
  const { sql, notes, fault } = neutralSql(source.up.sql)
  const head = [`Repeatable: ${name}`, `Adopted from ${from}`].map((line) => `-- ${line}\n`).join('')
  const faults = fault === null ? [] : [{ section: 'up' as const, error: fault, sql: source.up.sql }]
  return {
    text: `${head}\n${sectionText('UP', source.up, sql, { idle: false, variables })}`,
    notes: [...source.notes, ...notes],
    faults,
  }
}

interface SectionHeaders {
  readonly idle: boolean
  readonly variables: ReadonlySet<string>
}

function sectionText(
  label: string,
  { transaction }: SourceSection,
  sql: string,
  { idle, variables }: SectionHeaders,
): string {
  const used = variables.size === 0 ? [] : variableUses(sql, 0).filter(({ name }) => variables.has(name))
  const names = [...new Set(used.map(({ name }) => name))]
  const headers = [
    ...(transaction ? [] : ['-- nself: no-transaction\n']),
    ...(names.length === 0 ? [] : [`-- nself: variables ${names.join(', ')}\n`]),
    ...(idle ? ['-- nself: nothing-to-do\n'] : []),
  ]
  const body = sql.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
  return `-- ${label}\n${headers.join('')}${body}${body === '' ? '' : '\n'}`
}

/** What a file of ours was adopted from: `db/migrations/001_a.sql (dbmate)`; null where it was not. */
export function sourceOf(text: string): string | null {
  return /^-- Adopted from (.*)$/m.exec(text.slice(0, 2000))?.[1] ?? null
}
