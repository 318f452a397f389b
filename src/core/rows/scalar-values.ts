/** Values of PostgreSQL's own types, as texts that the server reads. */

/** What makes a value awkward; a row has one kind of them. */
export const awkwardKinds = ['empty', 'full', 'unicode', 'low', 'high', 'special', 'odd'] as const
export type AwkwardKind = (typeof awkwardKinds)[number]

export interface Values {
  /** The value number `k` as an application would write it. As far as the type has so many, no two are the same. */
  readonly plain: (k: number) => string
  readonly awkward: Partial<Readonly<Record<AwkwardKind, string>>>
}

const two = (n: number): string => String(n).padStart(2, '0')
const day = (k: number): string =>
  `${2024 + Math.floor(k / 336)}-${two((Math.floor(k / 28) % 12) + 1)}-${two((k % 28) + 1)}`
const time = (k: number): string => `${two(8 + (k % 12))}:${two((k * 7) % 60)}:00`

const integer = (low: string, high: string): Values => ({
  plain: (k) => String(k + 1),
  awkward: { empty: '0', low, high },
})

const float = (largest: string): Values => ({
  plain: (k) => `${k + 1}.5`,
  awkward: { empty: '0', low: `-${largest}`, high: largest, special: 'NaN', odd: 'Infinity' },
})

const stamp = (zone: string): Values => ({
  plain: (k) => `${day(k)} ${time(k)}${zone}`,
  awkward: {
    empty: `1970-01-01 00:00:00${zone}`,
    low: `4713-01-02 00:00:00${zone} BC`,
    high: `294276-12-30 23:59:59.999999${zone}`,
    special: 'infinity',
    odd: '-infinity',
  },
})

const onlyPlain = (plain: (k: number) => string, awkward: Values['awkward'] = {}): Values => ({ plain, awkward })

const deep = (levels: number): string => `${'{"a":['.repeat(levels)}null${']}'.repeat(levels)}`

const json: Values = {
  plain: (k) => `{"id": ${k + 1}, "name": "n${k + 1}"}`,
  awkward: {
    empty: '{}',
    unicode: '{"ключ": "عربي e\u0301 😀"}',
    low: '[]',
    high: '"text"',
    special: 'null',
    odd: deep(50),
  },
}

const bits = (length: number, k: number): string => (k + 1).toString(2).padStart(length, '0').slice(-length)

const scalars: Readonly<Record<string, Values>> = {
  int2: integer('-32768', '32767'),
  int4: integer('-2147483648', '2147483647'),
  int8: integer('-9223372036854775808', '9223372036854775807'),
  oid: onlyPlain((k) => String(k + 1)),
  float4: float('3e38'),
  float8: float('1e308'),
  money: onlyPlain((k) => `${k + 1}.50`, { empty: '0', low: '-92233720368547758', high: '92233720368547758' }),
  bool: onlyPlain((k) => String(k % 2 === 0), { low: 'false', high: 'true' }),
  date: {
    plain: day,
    awkward: {
      empty: '1970-01-01',
      low: '4713-01-02 BC',
      high: '5874897-12-31',
      special: 'infinity',
      odd: '-infinity',
    },
  },
  timestamp: stamp(''),
  timestamptz: stamp('+00'),
  time: onlyPlain(time, { low: '00:00:00', high: '24:00:00' }),
  timetz: onlyPlain((k) => `${time(k)}+00`, { low: '00:00:00+15:59', high: '24:00:00-15:59' }),
  interval: onlyPlain((k) => `${k + 1} days`, {
    empty: '0',
    low: '-178000000 years',
    high: '178000000 years',
    special: '1 month -1 days +23:59:59.999999',
  }),
  uuid: onlyPlain((k) => `00000000-0000-4000-8000-${(k + 1).toString(16).padStart(12, '0')}`, {
    low: '00000000-0000-0000-0000-000000000000',
    high: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  }),
  json,
  jsonb: json,
  bytea: onlyPlain((k) => `\\x${(k + 256).toString(16).padStart(4, '0')}`, { empty: '\\x', special: '\\x00ff00' }),
  inet: onlyPlain((k) => `192.0.2.${(k % 250) + 1}`, {
    low: '0.0.0.0/0',
    high: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  }),
  cidr: onlyPlain((k) => `10.0.${k % 250}.0/24`, { low: '0.0.0.0/0', high: '::/0' }),
  macaddr: onlyPlain((k) => `08:00:2b:01:02:${(k % 256).toString(16).padStart(2, '0')}`),
  macaddr8: onlyPlain((k) => `08:00:2b:01:02:03:04:${(k % 256).toString(16).padStart(2, '0')}`),
  tsvector: onlyPlain((k) => `'word${k}':1`, { empty: '' }),
  tsquery: onlyPlain((k) => `'word${k}'`, { empty: '' }),
  xml: onlyPlain((k) => `<a>${k}</a>`),
  pg_lsn: onlyPlain((k) => `0/${(k + 1).toString(16)}`),
  point: onlyPlain((k) => `(${k},${k})`),
  lseg: onlyPlain((k) => `[(0,0),(${k + 1},1)]`),
  line: onlyPlain((k) => `{1,1,${k}}`),
  box: onlyPlain((k) => `(${k + 1},1),(0,0)`),
  path: onlyPlain((k) => `[(0,0),(${k + 1},1)]`),
  polygon: onlyPlain((k) => `((0,0),(${k + 1},1),(1,0))`),
  circle: onlyPlain((k) => `<(0,0),${k + 1}>`),
  hstore: onlyPlain((k) => `"key"=>"${k}"`, { empty: '', special: '"key"=>NULL' }),
  ltree: onlyPlain((k) => `top.n${k}`),
}

/** Null for a type that is not known here. */
export function scalarValues(type: string, typmod: number): Values | null {
  if (type === 'numeric') return numericValues(typmod)
  if (type === 'bit' || type === 'varbit') {
    const length = typmod > 0 ? typmod : type === 'bit' ? 1 : 8
    return onlyPlain((k) => bits(length, k), type === 'varbit' ? { empty: '' } : {})
  }
  return Object.hasOwn(scalars, type) ? (scalars[type] ?? null) : null
}

/** A number of digits before the point and after it, where there is a limit. */
function numericValues(typmod: number): Values {
  if (typmod < 4) {
    const largest = `${'9'.repeat(30)}.${'9'.repeat(20)}`
    return {
      plain: (k) => `${k + 1}.5`,
      awkward: { empty: '0', low: `-${largest}`, high: largest, special: 'NaN', odd: 'Infinity' },
    }
  }
  const precision = (typmod - 4) >> 16
  const scale = (typmod - 4) & 0x7ff
  const before = precision - scale
  if (scale > precision || scale > 1000) return onlyPlain((k) => String(k), { empty: '0', special: 'NaN' })
  const largest = `${before > 0 ? '9'.repeat(before) : '0'}${scale > 0 ? `.${'9'.repeat(scale)}` : ''}`
  const whole = (k: number) => (before > 0 ? String((k + 1) % 10 ** Math.min(before, 9)) : '0')
  const part = (k: number) => (scale === 0 ? '' : before > 0 ? '.5' : `.${((k % 9) + 1).toString()}`)
  return {
    plain: (k) => `${whole(k)}${part(k)}`,
    awkward: { empty: '0', low: `-${largest}`, high: largest, special: 'NaN' },
  }
}
