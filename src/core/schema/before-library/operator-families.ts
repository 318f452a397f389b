import { quoteQualified } from '../../sql/quoting.ts'
import type { Other } from '../other.ts'

/** CREATE OPERATOR CLASS. */
export function classSql(item: Other): string {
  const { type = '', storage, family = named(item).name, default: usual } = item.properties ?? {}
  const members = membersOf(item)
  // At least one item has to be there: a storage that is the type's own says nothing.
  const stored = storage === undefined && members.length > 0 ? [] : [`STORAGE ${storage ?? type}`]
  const { name, method } = named(item)
  const head = `CREATE OPERATOR CLASS ${name}${usual === undefined ? '' : ' DEFAULT'} FOR TYPE ${type} ${method} FAMILY ${family}`
  return `${head} AS ${[...members, ...stored].join(', ')}`
}

/** CREATE OPERATOR FAMILY, with what belongs to none of its classes. */
export function familySql(item: Other): string[] {
  const { name, method } = named(item)
  return [`CREATE OPERATOR FAMILY ${name} ${method}`, ...addSql(item)]
}

/** What belongs to none of its classes, added to a family that is there. */
export function addSql(item: Other): string[] {
  const { name, method } = named(item)
  const members = membersOf(item)
  return members.length === 0 ? [] : [`ALTER OPERATOR FAMILY ${name} ${method} ADD ${members.join(', ')}`]
}

/** The same taken away, which is named by number and types alone. */
export function withdrawSql(item: Other): string[] {
  const { name, method } = named(item)
  const members = membersOf(item).map((one) =>
    one.startsWith('OPERATOR')
      ? one.replace(/^(OPERATOR \d+) .*?(\([^()]*\))(?: FOR ORDER BY .*)?$/s, '$1 $2')
      : one.replace(/^(FUNCTION \d+ \(.*?\)) .*$/s, '$1'),
  )
  return members.length === 0 ? [] : [`ALTER OPERATOR FAMILY ${name} ${method} DROP ${members.join(', ')}`]
}

function named({ schema, name: path }: Other): { readonly name: string; readonly method: string } {
  const at = path.lastIndexOf(' USING ')
  return { name: quoteQualified(schema ?? '', path.slice(0, at)), method: path.slice(at + 1) }
}

function membersOf({ properties = {} }: Other): string[] {
  const list = (word: string, text?: string) =>
    text === undefined ? [] : text.split('; ').map((one) => `${word} ${one}`)
  return [...list('OPERATOR', properties.operators), ...list('FUNCTION', properties.functions)]
}
