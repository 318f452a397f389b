/**
 * A definition in one form where PostgreSQL has two for the same: what it writes as `(ARRAY['a'::character varying])::text[]`
 * it writes as `ARRAY[('a'::character varying)::text]` once it has read it again, as after a restore or a change of type;
 * and `EXTRACT(YEAR FROM x)` as `EXTRACT(year FROM x)`. Statistics name columns in the order of the table, which is no difference.
 */
export function canonicalDefinition(definition: string): string {
  return withCanonicalArrays(
    withSortedColumns(definition).replace(/(?<=\bEXTRACT\()\w+(?= FROM )/g, (field) => field.toLowerCase()),
  )
}

const statistics =
  /^(CREATE STATISTICS .* ON )((?:"(?:[^"]|"")*"|[\w$]+)(?:, (?:"(?:[^"]|"")*"|[\w$]+))*)(?=[, ].*\bFROM )/s

function withSortedColumns(definition: string): string {
  return definition.replace(
    statistics,
    (_, head: string, columns: string) =>
      head +
      columns
        .match(/"(?:[^"]|"")*"|[\w$]+/g)
        ?.toSorted()
        .join(', '),
  )
}

const withCanonicalArrays = (definition: string): string =>
  withArrays(definition, (elements, type) => `ARRAY[${elements.map((text) => `(${text})::${type}`).join(', ')}]`)

/**
 * SQL of a definition that PostgreSQL writes again as it is, whichever of the two forms it is in: with a type of its own, an
 * array is read before its cast is.
 */
export function lastingDefinition(definition: string): string {
  return withArrays(definition, (elements, type) => {
    const [own, ...others] = new Set(elements.map((text) => /::(character varying|[\w".]+)$/.exec(text)?.[1]))
    const typed = own === undefined || others.length > 0 ? '' : `::${own}[]`
    return `(ARRAY[${elements.join(', ')}]${typed})::${type}[]`
  })
}

/** @param written what becomes of an array with a cast: its elements and the type that they are cast to. */
function withArrays(definition: string, written: (elements: readonly string[], type: string) => string): string {
  const start = definition.indexOf('(ARRAY[')
  if (start === -1) return definition
  const open = start + '(ARRAY['.length
  const elements = elementsFrom(definition, open)
  const [all, type] =
    (elements && /^\]\)::((?:character varying|[\w".]+)(?:\(\d+\))?)\[\]/.exec(definition.slice(elements.end))) ?? []
  if (elements === null || all === undefined || type === undefined) {
    return definition.slice(0, open) + withArrays(definition.slice(open), written)
  }
  const rest = withArrays(definition.slice(elements.end + all.length), written)
  return `${definition.slice(0, start)}${written(elements.texts, type)}${rest}`
}

/** The elements of an array constructor whose first begins at `from`, and where its bracket closes; null when it does not. */
function elementsFrom(text: string, from: number): { texts: string[]; end: number } | null {
  const texts: string[] = []
  let depth = 0
  let begun = from
  for (let i = from; i < text.length; i++) {
    const char = text[i]
    if (char === "'" || char === '"') i = text.indexOf(char, i + 1)
    else if (char === '(' || char === '[') depth++
    else if (depth > 0 && (char === ')' || char === ']')) depth--
    else if (depth === 0 && (char === ',' || char === ']')) {
      texts.push(text.slice(begun, i).trim())
      if (char === ']') return { texts, end: i }
      begun = i + 1
    }
    if (i === -1) return null
  }
  return null
}

const castType =
  '(?:character varying|bit varying|double precision|time(?:stamp)? with(?:out)? time zone|"(?:[^"]|"")*"(?:\\."(?:[^"]|"")*")?|[\\w.]+)'
const cast = new RegExp(`::${castType}(?:\\([\\d,]+\\))?(?:\\[\\])*`, 'g')

/** Whether two definitions differ in casts and brackets alone, as after a change of type of a column that they read. */
export function isSameButCasts(one: string, other: string): boolean {
  const bare = (text: string) => text.replace(cast, '').replace(/[\s()]/g, '')
  return bare(one) === bare(other)
}
