/** Texts as a person would write them, by what the name of a column says; no two are the same. */

const people = ['Anna Smith', 'Ben Okafor', 'Chloé Dubois', 'Dmitri Ivanov', 'Elif Yılmaz', 'Farid Haddad', 'Grace Kim']
const cities = ['Berlin', 'Lagos', 'Lyon', 'Kraków', 'İzmir', 'Beirut', 'Seoul']
const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove']
const countries = ['DE', 'NG', 'FR', 'PL', 'TR', 'LB', 'KR']

const pick = (list: readonly string[], k: number): string => list[k % list.length] ?? ''
/** The same word comes again with a number. */
const counted = (list: readonly string[], k: number): string =>
  k < list.length ? pick(list, k) : `${pick(list, k)} ${Math.floor(k / list.length) + 1}`
const word = (k: number): string => counted(words, k).replace(' ', '')
const two = (k: number): string => String(k % 100).padStart(2, '0')

const byName: readonly (readonly [RegExp, (k: number) => string])[] = [
  [/e?mail/, (k) => `${word(k)}@example.com`],
  [/phone|mobile|fax/, (k) => `+49301234${String(k).padStart(4, '0')}`],
  [/url|website|link|href|uri/, (k) => `https://example.com/${word(k)}`],
  [/domain|host/, (k) => `${word(k)}.example.com`],
  [/uuid|guid/, (k) => `00000000-0000-4000-8000-${String(k + 1).padStart(12, '0')}`],
  [/hash|checksum|digest|token|sha/, (k) => (k + 0xabc000).toString(16).padStart(64, '0')],
  [/slug|handle|login|user_?name|nick/, word],
  [/country/, (k) => pick(countries, k)],
  [/currency/, (k) => pick(['EUR', 'USD', 'PLN'], k)],
  [/locale|lang/, (k) => pick(['de', 'en', 'fr', 'tr'], k)],
  [/time_?zone|^tz/, (k) => pick(['Europe/Berlin', 'UTC', 'America/New_York'], k)],
  [/colou?r/, (k) => `#${(k + 0xa0b0c0).toString(16)}`],
  [/^ip|_ip/, (k) => `192.0.2.${(k % 250) + 1}`],
  [/zip|post_?code/, (k) => String(10_115 + k)],
  [/city|town/, (k) => counted(cities, k)],
  [/street|address/, (k) => `${k + 1} Main Street`],
  [/date|_at$|_on$/, (k) => `2024-01-${two((k % 28) + 1)}`],
  [/amount|price|total|count|number|qty|quantity|year|age|score/, (k) => String(k + 1)],
  [/^(?:first_?)?name$|author|person|customer|contact|full_?name|last_?name/, (k) => counted(people, k)],
]

/** The text number `k` of a column of that name. */
export function plausibleText(column: string, k: number): string {
  const name = column.toLowerCase()
  const found = byName.find(([pattern]) => pattern.test(name))
  return found === undefined ? counted(words, k) : found[1](k)
}
