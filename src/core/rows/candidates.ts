/** What a constraint's own text says of values that it may take. */
export interface Constants {
  readonly texts: readonly string[]
  readonly numbers: readonly number[]
}

/** The constants in the definition of a constraint, or in the function that it calls. */
export function constantsIn(definition: string): Constants {
  const texts = [...definition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"))
  const bare = definition.replace(/'(?:[^']|'')*'/g, ' ')
  const numbers = [
    ...bare.matchAll(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])/g),
    ...texts.flatMap((text) => [...text.matchAll(/^-?\d+(?:\.\d+)?$/g)]),
  ]
  return { texts: [...new Set(texts)], numbers: [...new Set(numbers.map(([number]) => Number(number)))] }
}

/** Texts that are patterns, of LIKE or of a regular expression, by what only these hold. */
export function patternsIn({ texts }: Constants): string[] {
  return texts.filter((text) => /[%^$[\\*+]/.test(text))
}

const most = 100

/**
 * Values to be tried in a column, the likeliest first.
 * @param plain the first values of its type.
 * @param matching texts that match the patterns of its constraint.
 * @param awkward others of its type.
 * @param kind what the type takes: the rest need not be tried.
 */
export function candidatesFor(
  kind: 'text' | 'number' | 'json' | 'array' | 'other',
  plain: readonly string[],
  { texts, numbers }: Constants,
  matching: readonly string[],
  awkward: readonly string[],
): string[] {
  const around = numbers.flatMap((number) => [number, number + 1, number - 1]).map(String)
  const found = {
    text: [
      ...texts,
      ...likeTexts(texts),
      ...numbers.flatMap(sized),
      ...around,
      '',
      ...matching,
      ...numbers.flatMap(countedOf),
    ],
    number: [...around, '0', '1', '-1', '0.5', '100', '1000'],
    json: [...jsonOf(texts), '{}', '[]', '"a"', '1', 'true', 'null', '[1]', ...texts.filter(isJson)],
    array: [...texts.map((text) => `{"${text.replace(/["\\]/g, '\\$&')}"}`), '{}'],
    other: [...texts, ...around, '0', '1', '[1,2,3]', 'POINT(0 0)', '{}', ''],
  }[kind]
  return [...new Set([...plain, ...found.slice(0, most), ...awkward])]
}

const isLength = (number: number): boolean => Number.isInteger(number) && number > 0 && number <= 10_000

/** Texts of that length, of digits and of letters. */
function sized(number: number): string[] {
  if (!isLength(number)) return []
  return [
    'A'.repeat(number),
    '1'.repeat(number),
    'a'.repeat(number + 1),
    ...(number > 1 ? ['a'.repeat(number - 1)] : []),
  ]
}

/** Many of that length, where no two may be the same. */
function countedOf(number: number): string[] {
  if (!isLength(number) || number > 64) return []
  return Array.from({ length: 40 }, (_, k) =>
    String(k + 10)
      .padStart(number, '0')
      .slice(-number),
  )
}

function likeTexts(texts: readonly string[]): string[] {
  return texts.filter((text) => text.includes('%')).map((text) => text.replaceAll('%', 'a').replaceAll('_', 'a'))
}

/** Objects that have all of the names, as `data ? 'name'` wants them. */
function jsonOf(texts: readonly string[]): string[] {
  const names = texts.filter((text) => /^\w+$/.test(text))
  if (names.length === 0) return []
  return ['a', 1, true, {}, []].map((value) => JSON.stringify(Object.fromEntries(names.map((name) => [name, value]))))
}

function isJson(text: string): boolean {
  return /^\s*[[{"]/.test(text)
}

/** All ways to take one of each list, the first ones of each first; no more than `limit`. */
export function combinations<T>(lists: readonly (readonly T[])[], limit: number): T[][] {
  // Lists that are cut evenly leave a chance to each column.
  const cut = [...lists]
  const size = () => cut.reduce((product, list) => product * Math.max(list.length, 1), 1)
  while (size() > limit) {
    const longest = cut.reduce((best, list, i) => (list.length > (cut[best]?.length ?? 0) ? i : best), 0)
    const list = cut[longest] ?? []
    if (list.length < 2) break
    cut[longest] = list.slice(0, -1)
  }
  const all = cut.reduce<T[][]>((ways, list) => ways.flatMap((way) => list.map((value) => [...way, value])), [[]])
  return all.slice(0, limit)
}
