import { quoteIdentifier } from '../sql/quoting.ts'
import type { Filled } from './filled.ts'
import { quotedTable } from './shape.ts'

/** How many rows a batch has, at most. */
const batchSize = 5000

/**
 * A statement that fills a column in batches by itself, each committed before the next: from one key up to that of the
 * row so many rows on, so that gaps cost nothing. It runs outside of a transaction, and may be run again.
 */
export function fillLoop({ table, key, column, value }: Filled): string {
  const [rows, filled] = [quotedTable(table), quoteIdentifier(column)]
  const columns = key.map(quoteIdentifier)
  const variables = (name: string) => columns.map((_, i) => `nself_${name}_${i + 1}`)
  const declared = ['low', 'next'].flatMap((name) =>
    variables(name).map((variable, i) => `  ${variable} ${rows}.${columns[i]}%TYPE;`),
  )
  const row = (parts: readonly string[]) => (parts.length === 1 ? parts.join() : `(${parts.join(', ')})`)
  const [keys, low, next] = [row(columns), row(variables('low')), row(variables('next'))]
  const order = columns.join(', ')
  const found = (name: string) => `INTO ${variables(name).join(', ')}`
  const update = `UPDATE ${rows} SET ${filled} = ${value} WHERE ${keys} >= ${low}`
  return `DO $nself$
DECLARE
${declared.join('\n')}
BEGIN
  SELECT ${order} ${found('low')} FROM ${rows} ORDER BY ${order} LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  LOOP
    SELECT ${order} ${found('next')} FROM ${rows} WHERE ${keys} >= ${low} ORDER BY ${order} OFFSET ${batchSize} LIMIT 1;
    IF NOT FOUND THEN
      ${update} AND ${filled} IS NULL;
      EXIT;
    END IF;
    ${update} AND ${keys} < ${next} AND ${filled} IS NULL;
    COMMIT;
${variables('low')
  .map((variable, i) => `    ${variable} := ${variables('next')[i]};`)
  .join('\n')}
  END LOOP;
END $nself$`
}
