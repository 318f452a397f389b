import { nodeAt, visit, wordsOf } from '../../sql/tree.ts'
import type { KnownSchema } from '../known/schema.ts'

/** Functions of PostgreSQL and of its usual extensions that give another value each time. */
const volatile = new Set(
  `random random_normal gen_random_uuid gen_random_bytes uuidv4 uuidv7 clock_timestamp timeofday nextval currval lastval
  setval pg_sleep uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4`.split(/\s+/),
)
/** What such a function is usually called where an extension or somebody has written it. */
const named = /uuid|ulid|nanoid|cuid|ksuid|snowflake|random/i

/** Whether an expression may have another value for each row. Of a function that nothing is known of, its name tells. */
export function isVolatile(expression: unknown, schema: KnownSchema): boolean {
  let found = false
  visit(expression, (type, node) => {
    if (type !== 'FuncCall') return !found
    const words = wordsOf(node.funcname)
    const name = words.at(-1) ?? ''
    const trait = schema.object('OBJECT_FUNCTION', { schema: words.at(-2) ?? null, name })?.trait
    // uuid_nil() and the like are constants.
    const byName = volatile.has(name) || (named.test(name) && !/^uuid_(?:nil|ns_)|^uuid_extract/.test(name))
    if (trait === undefined ? byName : trait === 'volatile') found = true
    return !found
  })
  return found
}

/** True for an expression that is there at all and no plain NULL. */
export function isValue(expression: unknown): boolean {
  const { A_Const } = nodeAt(expression)
  return expression !== undefined && nodeAt(A_Const).isnull !== true
}
