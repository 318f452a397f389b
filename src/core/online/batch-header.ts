import { ofKey } from '../sql/qualified-name.ts'
import { quoteIdentifier } from '../sql/quoting.ts'

const plain = (name: string) => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name))

/** What makes batches of the only statement of a section: `nself: batch public.orders by id, size 5000`. */
export function batchHeader(table: string, key: readonly string[]): string {
  const { schema, name } = ofKey(table)
  const names = key.map(plain)
  const by = names.length === 1 ? names.join() : `(${names.join(', ')})`
  return `nself: batch ${plain(schema)}.${plain(name)} by ${by}, size 5000`
}
