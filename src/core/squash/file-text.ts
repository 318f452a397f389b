import { fileHead } from '../migration/file-head.ts'
import type { Migration } from '../migration/migration.ts'
import { replacesLines } from '../migration/replaces-header.ts'
import { spokenParts } from '../migration/squash.ts'

/** A statement that reaches beyond the database, which is carried over as it stands. */
export interface Carried {
  readonly migration: string
  readonly what: string
  readonly sql: string
}

/** What a squashed file is made of. */
export interface SquashContent {
  readonly name: string
  /** 14 digits. */
  readonly now: string
  readonly parts: readonly Migration[]
  /** The statements of the schema, a line each. */
  readonly schema: readonly string[]
  /** What comes after the rows: foreign keys, since rows may refer to each other in a circle, checks that they fail, event triggers. */
  readonly references: readonly string[]
  /** Something in them can be used only once it is committed. */
  readonly commits: boolean
  readonly carried: readonly Carried[]
  /** The rows, and where sequences stand. */
  readonly rows: readonly string[]
}

/** The text of a file that stands for others, without its DOWN. */
export function squashText(content: SquashContent): string {
  const { name, now, parts, schema, references, commits, carried, rows } = content
  const first = carried.filter(isOfRoles)
  const last = carried.filter((one) => !isOfRoles(one))
  const head = [
    ...fileHead(name, now),
    `Stands for ${spokenParts(parts)}; proven to make the same schema and rows.`,
    'A database that has these counts it as applied; a new one runs it.',
  ]
  return [
    ...head.map((line) => `-- ${line}`),
    ...replacesLines(parts),
    '',
    '-- UP',
    ...(commits ? ['-- nself: no-transaction'] : []),
    ...(schema.length + rows.length + carried.length === 0 ? ['-- nself: nothing-to-do'] : []),
    '',
    ...carriedLines(first),
    ...schema,
    ...(schema.includes('SET check_function_bodies = off;') ? ['RESET check_function_bodies;', ''] : []),
    ...(rows.length === 0 ? [] : ['-- rows and sequences', ...rows]),
    ...references,
    ...carriedLines(last),
  ].join('\n')
}

/** What else needs its roles comes after them. */
const isOfRoles = ({ what }: Carried) => / (?:ROLE|TABLESPACE)$|of a role$/.test(what)

function carriedLines(carried: readonly Carried[]): string[] {
  const whole = carried.filter((one, i) => carried.findIndex(({ sql }) => sql === one.sql) === i)
  return whole.flatMap(({ migration, sql }) => [
    `-- ! Not proven, it reaches beyond the database; from ${migration}`,
    `${sql};`,
    '',
  ])
}

/** What is to be said where a squashed file cannot be reverted, as a line of it. */
export function irreversibleLine(why: string): string {
  return `-- ! It cannot be reverted: ${why.replace(/\s*[\r\n]+\s*/g, ' ')}`
}
