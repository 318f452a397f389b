import { writeFile } from 'node:fs/promises'
import { unquoteIdentifier } from '../../core/sql/quoting.ts'
import type { UserObject } from '../databases/user-objects.ts'

/** The entries of `pg_restore --list`, each a line: `231; 1259 16395 TABLE public users app`. */
export type Contents = readonly string[]

const entryPattern = /^\d+; \d+ \d+ (.*)$/

/** The entries in what `pg_restore --list` prints. */
export function contentsOf(list: string): Contents {
  return list.split('\n').flatMap((line) => (entryPattern.test(line.trimEnd()) ? [line.trimEnd()] : []))
}

/** The roles that own something in it. */
export function ownersIn(contents: Contents): string[] {
  const owners = contents.map((entry) => entry.slice(entry.lastIndexOf(' ') + 1))
  return [...new Set(owners)].filter((owner) => owner !== '')
}

/** The extensions that it makes. */
export function extensionsIn(contents: Contents): string[] {
  return contents.flatMap((entry) => /^\d+; \d+ \d+ EXTENSION - (.*?) *$/.exec(entry)?.[1] ?? [])
}

/** Of the schema public itself: an entry that every server older than 15 has, whoever owns it. */
export const isOfPublic = (entry: string): boolean =>
  / (SCHEMA - public|(ACL|COMMENT) - SCHEMA public) /.test(`${entry} `)

/** Writes for pg_restore what it is to restore of an archive, into a file that is removed afterwards. */
export async function writeContents(path: string, contents: Contents): Promise<string> {
  await writeFile(path, `${contents.join('\n')}\n`, { mode: 0o600 })
  return `--use-list=${path}`
}

/** The contents without what stands in the database already and is left alone there, its comments and rights included. */
export function without(contents: Contents, left: readonly UserObject[]): Contents {
  const isLeft = left.map(matcherOf)
  return contents.filter((entry) => {
    // Of an extension no owner is listed.
    const body = `${entryPattern.exec(entry)?.[1] ?? ''} `
    return !isLeft.some((matches) => matches(body))
  })
}

function matcherOf({ kind, name, schema, isShell }: UserObject): (body: string) => boolean {
  const space = schema === null ? '-' : unquoteIdentifier(schema)
  const bare = schema === null ? unquoteIdentifier(name) : name
  const starts = [bare, name].flatMap((tag) => [
    `${kind} ${space} ${tag} `,
    ...['COMMENT', 'ACL', 'SECURITY LABEL'].map((of) => `${of} ${space} ${kind} ${tag} `),
  ])
  const inside = kind === 'SCHEMA' && !isShell ? new RegExp(`^[A-Z][A-Z ]* ${escaped(bare)} `) : null
  const mapping = kind === 'SERVER' ? ` SERVER ${bare} ` : null
  return (body) =>
    starts.some((start) => body.startsWith(start)) ||
    inside?.test(body) === true ||
    (mapping !== null && body.startsWith('USER MAPPING - ') && body.includes(mapping))
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
