import { plausibleText } from './plausible-texts.ts'
import { type AwkwardKind, awkwardKinds, scalarValues, type Values } from './scalar-values.ts'
import type { TypeFacts, TypeMap } from './table-facts.ts'

/** Where a value is to stand. */
interface Wanted {
  readonly type: number
  readonly typmod: number
  /** The column's, which tells what a text may be. */
  readonly name: string
}

const texts = new Set(['text', 'varchar', 'bpchar', 'citext', 'name'])
/** A type that may hold itself, by way of others, ends somewhere. */
const deepest = 6

/** The values of a type, of what it is made of too; null for one that is not known here. */
export function valuesOf(types: TypeMap, { type, typmod, name }: Wanted, depth = 0): Values | null {
  const facts = types.get(type)
  if (facts === undefined || depth > deepest) return null
  const below = (of: number, modifier: number): Values | null =>
    valuesOf(types, { type: of, typmod: modifier, name }, depth + 1)
  if (facts.kind === 'base')
    return texts.has(facts.name) ? textValues(name, facts.name, typmod) : scalarValues(facts.name, typmod)
  if (facts.kind === 'enum') return enumValues(facts)
  if (facts.kind === 'composite') return compositeValues(types, facts, depth)
  const inner = facts.of === null ? null : below(facts.of, facts.kind === 'array' ? typmod : facts.typmod)
  if (inner === null) return null
  if (facts.kind === 'domain') return inner
  return facts.kind === 'array' ? arrayValues(inner) : rangeValues(inner, facts.kind === 'multirange')
}

/** The type itself, or what it is a domain of. */
function baseType(types: TypeMap, type: number): TypeFacts | undefined {
  const facts = types.get(type)
  return facts?.kind === 'domain' && facts.of !== null ? baseType(types, facts.of) : facts
}

/** Whether a value of that type is a text. */
export function isText(types: TypeMap, type: number): boolean {
  const facts = baseType(types, type)
  return facts?.kind === 'base' && texts.has(facts.name)
}

/** Whether a value of that type is a number. */
export function isNumber(types: TypeMap, type: number): boolean {
  return /^(?:int[248]|numeric|float[48]|money)$/.test(baseType(types, type)?.name ?? '')
}

/** What values of a type are, as far as it matters to which of them are worth trying. */
export function kindOf(types: TypeMap, type: number): 'text' | 'number' | 'json' | 'array' | 'other' {
  if (isText(types, type)) return 'text'
  if (isNumber(types, type)) return 'number'
  const facts = baseType(types, type)
  if (/^jsonb?$/.test(facts?.name ?? '')) return 'json'
  return facts?.kind === 'array' ? 'array' : 'other'
}

/** So long a text as no index refuses it. */
const long = 1_000
const longestFull = 10_000
const strange = 'e\u0301 عربي עברית 日本 👩‍👩‍👧 \u202e'

function textValues(column: string, type: string, typmod: number): Values {
  const limit = type === 'name' ? 63 : typmod > 4 ? typmod - 4 : null
  const cut = (text: string) => (limit === null ? text : [...text].slice(0, limit).join(''))
  // A short one has room for a few letters and no more: the end tells one from another.
  const plain = (k: number) => {
    const text = plausibleText(column, k)
    return limit === null || [...text].length <= limit ? text : (k + 10).toString(36).slice(-limit)
  }
  const full = limit === null ? {} : { full: 'x'.repeat(Math.min(limit, longestFull)) }
  return {
    plain,
    awkward: {
      empty: '',
      ...full,
      unicode: cut(strange),
      special: cut('x'.repeat(long)),
      odd: cut(' \'quoted\' "text" \\ 100%\t\n'),
    },
  }
}

function enumValues({ labels }: TypeFacts): Values | null {
  const [first] = labels
  return first === undefined ? null : { plain: (k) => labels[k % labels.length] ?? first, awkward: {} }
}

/** Of each kind that its parts have. */
function composed(parts: readonly Values[], write: (values: readonly string[]) => string): Values {
  const plain = (k: number) => write(parts.map((part) => part.plain(k)))
  const kinds = awkwardKinds.filter((kind) => parts.some(({ awkward }) => awkward[kind] !== undefined))
  const of = (kind: AwkwardKind) => write(parts.map((part) => part.awkward[kind] ?? part.plain(0)))
  return { plain, awkward: Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

function arrayValues(element: Values): Values {
  const { plain, awkward } = composed([element], ([one = '']) => `{${quoted(one)}}`)
  const [a, b] = [quoted(element.plain(0)), quoted(element.plain(1))]
  return {
    plain: (k) => (k % 2 === 0 ? plain(k) : `{${quoted(element.plain(k))},${quoted(element.plain(k + 1))}}`),
    awkward: { ...awkward, empty: '{}', special: '{NULL}', odd: `{{${a},${b}},{${b},${a}}}` },
  }
}

function compositeValues(types: TypeMap, { attributes }: TypeFacts, depth: number): Values | null {
  const parts = attributes.map((one) => valuesOf(types, one, depth + 1))
  if (parts.some((part) => part === null)) return null
  const known = parts.filter((part) => part !== null)
  const { plain, awkward } = composed(known, (values) => `(${values.map(quoted).join(',')})`)
  return { plain, awkward: { ...awkward, special: `(${attributes.map(() => '').join(',')})` } }
}

function rangeValues(bound: Values, isMulti: boolean): Values {
  const wrap = (range: string) => (isMulti ? `{${range}}` : range)
  const between = (low: string, high: string) => wrap(`[${quoted(low)},${quoted(high)})`)
  return {
    plain: (k) => between(bound.plain(2 * k), bound.plain(2 * k + 1)),
    awkward: { empty: isMulti ? '{}' : 'empty', low: wrap(`(,${quoted(bound.plain(0))})`), special: wrap('(,)') },
  }
}
