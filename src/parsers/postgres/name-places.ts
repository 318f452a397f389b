import { splitStatements } from '../../core/sql/statement.ts'
import { loadParser, type Parser } from './parser.ts'

/** A stretch of a text that is one word. */
interface Place {
  readonly start: number
  readonly end: number
}

const standIn = (i: number) => `nself_name_${i}_`

/**
 * Whether each of these words stands where PostgreSQL reads a name that may be quoted, such as that of a schema or a role. What
 * may be a value as well (a column, a type, a setting's number) is none, and neither is what cannot be parsed.
 */
export async function arePlacesOfNames(text: string, places: readonly Place[]): Promise<boolean[]> {
  if (places.length === 0) return []
  const parser = await loadParser()
  let sql = ''
  let done = 0
  for (const [i, { start, end }] of places.entries()) {
    sql += text.slice(done, start) + standIn(i)
    done = end
  }
  const names = new Set(statementsIn(sql + text.slice(done)).flatMap((statement) => namesIn(parser, statement)))
  return places.map((_, i) => names.has(standIn(i)))
}

function statementsIn(sql: string): string[] {
  try {
    return splitStatements(sql).map(({ start, end }) => sql.slice(start, end))
  } catch {
    // What cannot be read is told elsewhere.
    return []
  }
}

/** The stand-ins that are names in a statement. */
function namesIn(parser: Parser, sql: string): string[] {
  if (!sql.includes('nself_name_')) return []
  const found: string[] = []
  try {
    collect(parser.parse(sql), '', found)
  } catch (error) {
    if (parser.isSyntaxError(error) || error instanceof RangeError) return []
    throw error
  }
  return found
}

/** Where a text may be a value, or a word that is no name once it is quoted. */
const ambiguous = new Set(['AccessPriv', 'A_Const'])

function collect(value: unknown, type: string, found: string[]): void {
  if (typeof value === 'string') {
    if (/^nself_name_\d+_$/.test(value)) found.push(value)
  } else if (Array.isArray(value)) for (const item of value) collect(item, type, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const isSetting = type === 'VariableSetStmt' && key === 'args'
      if (isSetting) collect(settingsIn(inner), key, found)
      else if (!ambiguous.has(key) && !isAlone(key, inner)) collect(inner, /^[A-Z]/.test(key) ? key : type, found)
    }
  }
}

/** A column or a type without anything before it: it may be a number, or `varchar(20)`. */
function isAlone(key: string, inner: unknown): boolean {
  if (key !== 'ColumnRef' && key !== 'TypeName' && key !== 'typeName' && key !== 'returnType') return false
  if (typeof inner !== 'object' || inner === null) return false
  const parts = 'fields' in inner ? inner.fields : 'names' in inner ? inner.names : []
  return Array.isArray(parts) && parts.length === 1
}

/** `SET search_path TO app` has a name in place of a text. */
function settingsIn(args: unknown): string[] {
  return JSON.stringify(args ?? null).match(/nself_name_\d+_/g) ?? []
}
