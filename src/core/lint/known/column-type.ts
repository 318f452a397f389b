import { typeOf } from '../../effects/alter-dangers.ts'
import { nodeAt, type TreeNode, wordsOf } from '../../sql/tree.ts'

const serials: Readonly<Record<string, string>> = {
  smallserial: 'int2',
  serial2: 'int2',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
}

/** The type that a definition of a column gives it: `varchar(20)`; of a serial that of its numbers. */
export function columnType({ typeName }: TreeNode): string {
  const type = typeOf(nodeAt(typeName))
  return serials[type] ?? type
}

/** Whether a column of that definition takes its values from a sequence of its own. */
export function isSerial({ typeName }: TreeNode): boolean {
  const words = wordsOf(nodeAt(typeName).names)
  return words.length === 1 && Object.hasOwn(serials, words[0] ?? '')
}
