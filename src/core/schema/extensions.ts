import type { Design } from './design.ts'

/** Types of well-known extensions, by their names. */
const types = new Map(
  Object.entries({
    citext: 'citext',
    hstore: 'hstore',
    ltree: 'ltree',
    lquery: 'ltree',
    ltxtquery: 'ltree',
    cube: 'cube',
    seg: 'seg',
    isbn: 'isn',
    isbn13: 'isn',
    issn: 'isn',
    issn13: 'isn',
    ean13: 'isn',
    upc: 'isn',
    geometry: 'postgis',
    geography: 'postgis',
    vector: 'vector',
    halfvec: 'vector',
    sparsevec: 'vector',
  }),
)

/** Functions of well-known extensions that defaults, checks and indexes call. */
const functions = new Map(
  Object.entries({
    uuid_generate_v1: 'uuid-ossp',
    uuid_generate_v1mc: 'uuid-ossp',
    uuid_generate_v3: 'uuid-ossp',
    uuid_generate_v5: 'uuid-ossp',
    uuid_nil: 'uuid-ossp',
    gen_random_bytes: 'pgcrypto',
    gen_salt: 'pgcrypto',
    crypt: 'pgcrypto',
    digest: 'pgcrypto',
    hmac: 'pgcrypto',
    unaccent: 'unaccent',
    similarity: 'pg_trgm',
    hstore: 'hstore',
  }),
)

/** Operator classes of well-known extensions, which stand behind an expression in an index. */
const classes = new Map(
  Object.entries({
    gin_trgm_ops: 'pg_trgm',
    gist_trgm_ops: 'pg_trgm',
    vector_l2_ops: 'vector',
    vector_ip_ops: 'vector',
    vector_cosine_ops: 'vector',
  }),
)

/** A word of a design, and the extension that brings it. */
export interface ExtensionWord {
  readonly word: string
  readonly extension: string
}

/** The extension that has such a type; null when no well-known one has. */
export function extensionOfType(type: string): string | null {
  return types.get(bareName(type)) ?? null
}

/** `citext` of `public.citext[]`. */
function bareName(type: string): string {
  return /^(?:"?\w+"?\.)?"?(\w+)"?/.exec(type)?.[1]?.toLowerCase() ?? type
}

/** What a design uses of well-known extensions; whether the database has it without them is not looked at. */
export function extensionWords({ enums, tables }: Design): ExtensionWord[] {
  const found = new Map<string, ExtensionWord>()
  const add = (word: string, extension: string | undefined) => {
    if (extension !== undefined) found.set(word, { word, extension })
  }
  for (const { columns, checks, indexes } of tables) {
    for (const name of columns.map(({ type }) => bareName(type))) add(name, types.get(name))
    const defaults = columns.flatMap(({ default: text }) => (text === null || text.startsWith("'") ? [] : [text]))
    const keys = indexes.flatMap((index) => index.keys.flatMap(({ text, isColumn }) => (isColumn ? [] : [text])))
    for (const text of [...defaults, ...checks.map(({ expression }) => expression), ...keys]) {
      for (const [, word = ''] of text.toLowerCase().matchAll(/(\w+)\s*\(/g)) add(word, functions.get(word))
    }
    for (const text of keys) for (const [word] of text.toLowerCase().matchAll(/\w+/g)) add(word, classes.get(word))
  }
  for (const { name } of enums) found.delete(name.toLowerCase())
  return [...found.values()]
}
