/** The rows of a table at one moment, as JSON has them. */
export type TableContent = readonly Readonly<Record<string, unknown>>[]

/** What became of the rows of a table after UP and DOWN. */
export interface LostRows {
  /** With its schema. */
  readonly table: string
  readonly before: number
  /** Rows that are gone, by their keys. */
  readonly vanished: readonly string[]
  readonly changes: readonly ChangedColumn[]
  /** True where it was UP that took them: DOWN alone cannot be blamed. */
  readonly byUp: boolean
}

export interface ChangedColumn {
  readonly column: string
  readonly rows: number
  /** `id 1000001: 'a' is NULL now`. */
  readonly example: string
  readonly byUp: boolean
  /** After UP there was no such column. */
  readonly wasGone: boolean
}

interface Moments {
  readonly before: TableContent
  /** Null where the table was not there under its name. */
  readonly afterUp: TableContent | null
  readonly afterDown: TableContent
}

/** Null where all rows are as they were. */
export function lostRows(
  table: string,
  key: readonly string[],
  { before, afterUp, afterDown }: Moments,
): LostRows | null {
  const back = byKey(afterDown, key)
  const between = afterUp === null ? null : byKey(afterUp, key)
  const old = byKey(before, key)
  const gone = [...old.keys()].filter((name) => !back.has(name))
  const changes = key.length === 0 ? [] : changedColumns(old, between, back)
  if (gone.length === 0 && changes.length === 0) return null
  return {
    table,
    before: before.length,
    vanished: gone.map((name) => (key.length === 0 ? rowInShort(old.get(name) ?? {}) : name)),
    changes,
    byUp: between === null || gone.some((name) => !between.has(name)),
  }
}

type Keyed = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** Without a key a row is told by all that is in it, and by how many like it came before. */
function byKey(rows: TableContent, key: readonly string[]): Keyed {
  const found = new Map<string, Readonly<Record<string, unknown>>>()
  const count = new Map<string, number>()
  for (const row of rows) {
    const text =
      key.length === 0 ? JSON.stringify(row) : key.map((name) => `${name} ${valueInShort(row[name])}`).join(', ')
    const seen = count.get(text) ?? 0
    count.set(text, seen + 1)
    found.set(seen === 0 ? text : `${text} (${seen + 1})`, row)
  }
  return found
}

function changedColumns(old: Keyed, between: Keyed | null, back: Keyed): ChangedColumn[] {
  const found = new Map<string, Omit<ChangedColumn, 'column'>>()
  for (const [name, row] of old) {
    const now = back.get(name)
    if (now === undefined) continue
    for (const [column, was] of Object.entries(row)) {
      // A column that did not come back is a difference of the schema.
      if (!Object.hasOwn(now, column) || same(was, now[column])) continue
      const middle = between?.get(name)
      const wasGone = middle !== undefined && !Object.hasOwn(middle, column)
      const byUp = middle === undefined || wasGone || !same(was, middle[column])
      const example = `${name}: ${valueInShort(was)} is ${valueInShort(now[column])} now`
      const known = found.get(column) ?? { rows: 0, example, byUp: false, wasGone }
      found.set(column, { ...known, rows: known.rows + 1, byUp: known.byUp || byUp })
    }
  }
  return [...found].map(([column, rest]) => ({ column, ...rest }))
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const shown = 40

/** A value as a person reads it in a finding. */
export function valueInShort(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // What turns the direction of writing, or ends a line, would spoil the report.
  const visible = text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  const short = [...visible].length > shown ? `${[...visible].slice(0, shown).join('')}…` : visible
  return typeof value === 'string' ? `'${short}'` : short
}

const fewColumns = 4

function rowInShort(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .slice(0, fewColumns)
    .map(([name, value]) => `${name} ${valueInShort(value)}`)
    .join(', ')
}
