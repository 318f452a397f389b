/** What it does to a table when a column gets another type. */
export interface TypeChange {
  /** What of the values is lost: `values are rounded`; null when nothing is. */
  readonly loses: string | null
  /** When it fails: `a value does not fit`; null when it cannot. */
  readonly fails: string | null
  /** Whether the whole table is written anew. */
  readonly rewrites: boolean
}

const keeps: TypeChange = { loses: null, fails: null, rewrites: true }
const quick: TypeChange = { loses: null, fails: null, rewrites: false }
const mayNotFit = 'a value does not fit'

/**
 * What a change of type does, without USING or with a mere cast; as PostgreSQL does it, seen on each pair.
 * @param from as format_type writes it: `character varying(20)`.
 * @param to the same, or by the short names that a parse tree has: `varchar(20)`, `int8`.
 */
export function typeChange(from: string, to: string): TypeChange {
  const [before, after] = [typeOf(from), typeOf(to)]
  if (before.name === after.name && before.size === after.size) return quick
  return (
    betweenTexts(before, after) ??
    betweenNumbers(before, after) ??
    betweenTimes(before, after) ??
    betweenOthers(before, after)
  )
}

/** `keeps all values; rewrites the whole table, which nobody can use meanwhile` */
export function typeChangeText(change: TypeChange): string {
  const cost = { writes: 'rewrites the whole table', reads: 'scans the whole table', none: null }
  const whole = cost[costOf(change)]
  return whole === null ? valuesText(change) : `${valuesText(change)}; ${whole}, which nobody can use meanwhile`
}

/** What it costs those who use the table meanwhile. */
export function costOf({ rewrites, fails }: TypeChange): 'writes' | 'reads' | 'none' {
  if (rewrites) return 'writes'
  return fails === null ? 'none' : 'reads'
}

/** What becomes of the values: `values are rounded; fails if a value does not fit` */
export function valuesText(change: TypeChange): string {
  const { loses, fails } = change
  const parts = [
    loses ?? (fails === null ? 'keeps all values' : null),
    fails === null ? null : `fails if ${fails}`,
    costOf(change) === 'none' ? 'rewrites nothing' : null,
  ]
  return parts.filter((part) => part !== null).join('; ')
}

interface Type {
  readonly name: string
  /** What stands in parentheses. */
  readonly size: string | null
  readonly sizes: readonly number[]
}

const longNames: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  decimal: 'numeric',
  varchar: 'character varying',
  bpchar: 'character',
  char: 'character',
  varbit: 'bit varying',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
}

/** Of `timestamp(3) without time zone` the size stands in the middle. */
function typeOf(written: string): Type {
  const size = /\(([^)]*)\)/.exec(written)?.[1] ?? null
  const plain = written.replace(/\([^)]*\)/, '').trim()
  const name = Object.hasOwn(longNames, plain) ? (longNames[plain] ?? plain) : plain
  const sizes = size === null ? [] : size.split(',').map(Number)
  // character alone is one of them.
  return name === 'character' && size === null && !/^bpchar/.test(written)
    ? { name, size: '1', sizes: [1] }
    : { name, size, sizes }
}

const isText = ({ name }: Type) => name === 'text' || name === 'character varying' || name === 'character'

function betweenTexts(from: Type, to: Type): TypeChange | null {
  if (!isText(to)) return null
  if (!isText(from)) return to.size === null ? keeps : { ...keeps, fails: tooLong(to) }
  const grows = to.size === null || (from.sizes[0] ?? Infinity) <= (to.sizes[0] ?? Infinity)
  const fills = from.name === 'character' || to.name === 'character'
  // character fills up with blanks, which do not count; and of what is too long by blanks alone these are cut.
  const blanks = fills && from.name !== to.name
  const beyond = grows ? null : `blanks beyond ${to.sizes[0]} characters are lost`
  return {
    loses: blanks ? 'blanks at the end of values are lost' : beyond,
    fails: grows ? null : tooLong(to),
    rewrites: !grows || fills,
  }
}

const tooLong = ({ sizes }: Type) => `a value is longer than ${sizes[0]} characters`

const digits: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 }
const isWhole = ({ name }: Type) => Object.hasOwn(digits, name)
const isFloat = ({ name }: Type) => name === 'real' || name === 'double precision'
const isNumber = (type: Type) => isWhole(type) || isFloat(type) || type.name === 'numeric'

function betweenNumbers(from: Type, to: Type): TypeChange | null {
  if (!isNumber(from) || !isNumber(to)) return null
  if (isWhole(from) && isWhole(to)) return wider(from, to) ? keeps : { ...keeps, fails: mayNotFit }
  if (from.name === 'numeric' && to.name === 'numeric') return betweenNumerics(from, to)
  if (to.name === 'numeric') {
    if (to.size === null) return keeps
    const [precision = 0, scale = 0] = to.sizes
    const fits = isWhole(from) && precision - scale >= (digits[from.name] ?? Infinity)
    return { loses: isFloat(from) ? 'values are rounded' : null, fails: fits ? null : mayNotFit, rewrites: true }
  }
  if (isWhole(to)) return { loses: 'values are rounded', fails: mayNotFit, rewrites: true }
  const exact = (from.name === 'real' && to.name === 'double precision') || from.name === 'smallint'
  if (exact || (from.name === 'integer' && to.name === 'double precision')) return keeps
  return { loses: 'values are rounded', fails: isWhole(from) ? null : mayNotFit, rewrites: true }
}

const wider = (from: Type, to: Type) => (digits[from.name] ?? 0) <= (digits[to.name] ?? 0)

function betweenNumerics(from: Type, to: Type): TypeChange {
  if (to.size === null) return quick
  if (from.size === null) return { loses: 'values are rounded', fails: mayNotFit, rewrites: true }
  const [[before = 0, places = 0], [after = 0, toPlaces = 0]] = [from.sizes, to.sizes]
  const rounds = toPlaces < places
  const more = after - toPlaces - (before - places)
  return {
    loses: rounds ? 'values are rounded' : null,
    // 99.99 becomes 100.0: rounding up can take one digit more.
    fails: more < 0 || (rounds && more === 0) ? mayNotFit : null,
    rewrites: toPlaces !== places || after < before,
  }
}

function betweenTimes(from: Type, to: Type): TypeChange | null {
  const [was, is] = [
    /^(timestamp|time|interval|date)/.exec(from.name)?.[1],
    /^(timestamp|time|interval|date)/.exec(to.name)?.[1],
  ]
  if (was === undefined || is === undefined) return null
  if (was === is) {
    const grows = to.size === null || (from.sizes[0] ?? 6) <= (to.sizes[0] ?? 6)
    const loses = grows ? null : 'fractions of seconds are rounded'
    if (from.name === to.name) return { loses, fails: null, rewrites: !grows }
    return { loses: 'values are read in the time zone of the session', fails: null, rewrites: true }
  }
  if (was === 'date' && is === 'timestamp') return keeps
  return {
    loses: was === 'timestamp' ? `of each value only the ${is} is kept` : null,
    fails: mayNotFit,
    rewrites: true,
  }
}

const lossless = new Set(['cidr inet', 'oid integer', 'integer oid', 'xml text'])

function betweenOthers(from: Type, to: Type): TypeChange {
  if (from.name === 'bit varying' && to.name === 'bit varying')
    return to.size === null || (from.sizes[0] ?? Infinity) <= (to.sizes[0] ?? Infinity)
      ? quick
      : { ...keeps, fails: mayNotFit }
  if (lossless.has(`${from.name} ${to.name}`)) return quick
  if (from.name === 'json' && to.name === 'jsonb')
    return { loses: 'the order of keys, and duplicate keys, are lost', fails: mayNotFit, rewrites: true }
  if (from.name === 'jsonb' && to.name === 'json') return keeps
  return { loses: 'values may be written differently', fails: mayNotFit, rewrites: true }
}
