/**
 * A definition in one form where PostgreSQL has two for the same: what it writes as `(ARRAY['a'::character varying])::text[]`
 * it writes as `ARRAY[('a'::character varying)::text]` once it has read it again, as after a restore or a change of type;
 * and `EXTRACT(YEAR FROM x)` as `EXTRACT(year FROM x)`.
 */
export function canonicalDefinition(definition: string): string {
  return withCanonicalArrays(definition.replace(/(?<=\bEXTRACT\()\w+(?= FROM )/g, (field) => field.toLowerCase()))
}

function withCanonicalArrays(definition: string): string {
  const start = definition.indexOf('(ARRAY[')
  if (start === -1) return definition
  const open = start + '(ARRAY['.length
  const elements = elementsFrom(definition, open)
  const cast =
    elements === null
      ? null
      : /^\]\)::((?:character varying|[\w".]+)(?:\(\d+\))?)\[\]/.exec(definition.slice(elements.end))
  if (elements === null || cast === null) {
    return definition.slice(0, open) + withCanonicalArrays(definition.slice(open))
  }
  const list = elements.texts.map((text) => `(${text})::${cast[1]}`).join(', ')
  const rest = definition.slice(elements.end + cast[0].length)
  return `${definition.slice(0, start)}ARRAY[${list}]${withCanonicalArrays(rest)}`
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
