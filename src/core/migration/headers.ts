import { certain } from '../certain.ts'
import { SqlError } from '../sql/lexer.ts'
import { meantName } from '../sql/quoting.ts'
import { isVariableName } from '../variable-name.ts'
import { allowedRule } from './allow-header.ts'
import { type Batch, parseBatch } from './batch.ts'
import type { Dependency, Phase } from './migration.ts'
import { isReplacing, type ReplacesHeader, replacedIn } from './replaces-header.ts'
import { parseVersion } from './version.ts'

const header = /^--\s*(depends_on|replaces|nself)\s*:\s*(.*)$/is
/** A header as it is not written: in a block comment, without its colon, with a dash in its name or a letter too few. */
const headerLookalike =
  /^(?:\/\*|-{2,})[\s-]*(?:nself\s*:|nself[\s=]+(?:no-transaction|[a-z]+-timeout|variables|phase|rerun|batch)\b|depends?[\s_-]?on(?:\s*[:=]|\s+\d+_\w+[\s,\d\w]*$))/i
const duration = /^\d+(?:us|ms|s|min|h|d)?$/

/** How a section runs, as the lines at its top say. */
export interface Headers {
  transaction: boolean
  lockTimeout: string | null
  statementTimeout: string | null
  /** As which role it runs; as whoever is connected without one. */
  role: string | null
  /** It has no statement on purpose. */
  nothingToDo: boolean
  /** The repeatables whose objects it takes away, by their names: they run again at the end. */
  reruns: readonly string[]
  /** What its SQL lets be filled in. */
  variables: readonly string[]
}

/** What a comment says of a section or of the file; null for an ordinary comment. */
export type Header =
  | { readonly set: Partial<Headers> }
  | { readonly dependsOn: readonly Dependency[] }
  | { readonly replaces: ReplacesHeader }
  | { readonly allows: string }
  | { readonly variables: readonly string[] }
  | { readonly phase: Phase }
  | { readonly reruns: readonly string[] }
  | { readonly batch: Batch }

/**
 * @param byName dependencies are named by their files, which need no number.
 * @throws SqlError for a header that is not understood.
 */
export function parseHeader(
  { text, start }: { readonly text: string; readonly start: number },
  byName = false,
): Header | null {
  const match = header.exec(text)
  if (match === null) {
    if (!headerLookalike.test(text)) return null
    throw new SqlError(
      start,
      `${text} looks like a header but is not one`,
      'write -- nself: no-transaction, or -- depends_on: 003',
    )
  }
  const wrong = (hint: string) => new SqlError(start, `unknown header: ${text}`, hint)
  const value = certain(match[2])
  if (certain(match[1]).toLowerCase() === 'depends_on') {
    if (byName) return { dependsOn: wordsOf(value).map((text) => ({ version: '', text })) }
    return { dependsOn: dependencies(value, wrong('write -- depends_on: 003_create_orders, 004')) }
  }
  if (certain(match[1]).toLowerCase() === 'replaces') {
    return byName || !isReplacing(value) ? null : { replaces: replacedIn(value, start) }
  }
  const [word, amount, ...rest] = value.split(/\s+/)
  if (word === 'no-transaction' && amount === undefined) return { set: { transaction: false } }
  if (word === 'nothing-to-do' && amount === undefined) return { set: { nothingToDo: true } }
  if (word === 'role') return { set: { role: roleNamed(value.slice(word.length).trim(), wrong) } }
  if (word === 'variables') return { variables: variableNames(value.slice(word.length), wrong) }
  if (word === 'phase') return { phase: phaseNamed(value.slice(word.length).trim(), wrong) }
  if (word === 'rerun') return { reruns: repeatableNames(value.slice(word.length), byName, wrong) }
  if (word === 'batch') return { batch: parseBatch(value.slice(word.length), start) }
  if (word === 'allow') return { allows: allowedRule(value, start) }
  if (amount !== undefined && duration.test(amount) && rest.length === 0) {
    if (word === 'lock-timeout') return { set: { lockTimeout: amount } }
    if (word === 'statement-timeout') return { set: { statementTimeout: amount } }
  }
  throw wrong(
    'known: no-transaction, lock-timeout 5s, statement-timeout 1min, role NAME, phase contract, batch orders by id, variables a, b, rerun REPEATABLE, nothing-to-do, allow RULE because REASON',
  )
}

/** A name as SQL takes it: folded to small letters unless it is quoted. */
function roleNamed(text: string, wrong: (hint: string) => SqlError): string {
  if (/^(?:[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")+")$/i.test(text)) return meantName(text)
  throw wrong('write -- nself: role app_owner, or -- nself: role "App Owner"')
}

function repeatableNames(text: string, byName: boolean, wrong: (hint: string) => SqlError): string[] {
  if (byName) throw wrong('a repeatable runs again after another one by -- depends_on: NAME; rerun is for migrations')
  const names = wordsOf(text).map(nameIn)
  if (names.length > 0) return names
  throw wrong('write -- nself: rerun order_totals, with the name of a file in nself/repeatable')
}

/** The name of the repeatable that a header names. */
export const nameIn = (text: string) => text.replace(/^repeatable\//, '').replace(/\.sql$/, '')

const wordsOf = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '')

function phaseNamed(text: string, wrong: (hint: string) => SqlError): Phase {
  if (text === 'expand' || text === 'contract') return text
  throw wrong(
    'write -- nself: phase contract for what waits until the new release is out; otherwise -- nself: phase expand, or nothing',
  )
}

function variableNames(text: string, wrong: (hint: string) => SqlError): string[] {
  const names = wordsOf(text)
  if (names.length > 0 && names.every(isVariableName)) return names
  throw wrong(
    'write -- nself: variables schema, owner; then :\'schema\' is filled in as a text, and :"owner" as a name',
  )
}

function dependencies(value: string, wrong: SqlError): Dependency[] {
  return wordsOf(value).map((text) => {
    const version = parseVersion(text.replace(/\.sql$/, ''))
    if (version === null) throw wrong
    return { version, text }
  })
}
