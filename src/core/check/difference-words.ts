import { counted, grouped } from '../quantities.ts'
import type { Difference } from '../schema/differences.ts'

/** What a section that should have changed nothing has changed: `column users.phone is gone`. */
export function changeInWords({ sign, kind, name, traits }: Difference): string {
  if (sign === '+') return `${kind} ${name} is gone`
  if (sign === '-') return `${kind} ${name} is left behind`
  const what = traits.map(({ trait, left, right }) =>
    isShort(left, right) ? `${trait} from ${left} to ${right}` : trait,
  )
  return `${kind} ${name} has changed: ${what.join('; ')}`
}

function isShort(left: string | null, right: string | null): boolean {
  return [left, right].every((text) => text !== null && text.length <= 40 && !text.includes('\n'))
}

/** What a DOWN has left of the rows of a table: its name with its schema, how many rows there were and are. */
export function rowsInWords({ table, before, after }: { table: string; before: number; after: number }): string {
  if (before === after) return `${table} has other values in its ${counted(before, 'row')}`
  return `${table} had ${counted(before, 'row')} before UP and has ${grouped(after)} after DOWN`
}
