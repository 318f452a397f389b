import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'

/** A migration without the marks that each tool has its own of. */
export interface SourceFile {
  readonly number: string
  readonly name: string
  readonly up: string
  readonly down: string
}

export type Kind = 'tables' | 'rows'

/** One migration: 100 MB of INSERTs or of COPY data, or so many statements outside a transaction. */
export type Large = 'insert' | 'copy' | 'statements-10000' | 'statements-20000'

/** So many small migrations: each makes a table and an index, or adds one row to a table that the first one makes. */
export function smallMigrations(kind: Kind, count: number): SourceFile[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(5, '0')
    const name = kind === 'tables' ? `create_items_${i + 1}` : `add_entry_${i + 1}`
    return { number, name, ...(kind === 'tables' ? table(i + 1) : entry(i + 1)) }
  })
}

function table(n: number): Pick<SourceFile, 'up' | 'down'> {
  return {
    up: `CREATE TABLE items_${n} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  price numeric(10, 2) NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX items_${n}_name ON items_${n} (name);
`,
    down: `DROP TABLE items_${n};\n`,
  }
}

function entry(n: number): Pick<SourceFile, 'up' | 'down'> {
  const first = n === 1 ? 'CREATE TABLE entries (id integer, what text);\n' : ''
  return {
    up: `${first}INSERT INTO entries (id, what) VALUES (${n}, 'the entry of migration ${n}');\n`,
    down: n === 1 ? 'DROP TABLE entries;\n' : `DELETE FROM entries WHERE id = ${n};\n`,
  }
}

const size = 100_000_000
const words =
  'the quick brown fox jumps over the lazy dog and comes back to tell of it, twice or thrice a day, as foxes do'

/** Writes a file of so many statements. */
export function writeStatements(path: string, count: number, head = ''): void {
  const inserts = Array.from({ length: count }, (_, i) => `INSERT INTO many VALUES (${i});\n`)
  writeFileSync(path, `${head}CREATE TABLE many (id integer);\n${inserts.join('')}`)
}

/** Writes a file of 100 MB: single INSERTs, or one COPY with its data; `head` and `foot` stand around it. */
export function writeLarge(path: string, how: 'insert' | 'copy', head = '', foot = ''): void {
  const file = openSync(path, 'w')
  writeSync(file, `${head}CREATE TABLE large (id bigint, what text, much text);\n`)
  if (how === 'copy') writeSync(file, 'COPY large (id, what, much) FROM stdin;\n')
  for (let written = 0, n = 1; written < size; ) {
    let block = ''
    for (; block.length < 1_000_000; n++) {
      const line =
        how === 'copy'
          ? `${n}\t${words}\t${words}\n`
          : `INSERT INTO large (id, what, much) VALUES (${n}, '${words}', 'entry ${n}');\n`
      block += line
    }
    written += writeSync(file, block)
  }
  if (how === 'copy') writeSync(file, '\\.\n')
  writeSync(file, foot)
  closeSync(file)
}
