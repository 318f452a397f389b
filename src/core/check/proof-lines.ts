import { checksumOf, sha256 } from '../migration/checksum.ts'
import type { Migration } from '../migration/migration.ts'
import { compare } from '../migration/state.ts'
import { storedDown } from '../migration/stored-down.ts'

/** A migration that was proven: DOWN brings back what was, and UP makes the same again. */
export interface StoredProof {
  /** Of the migration, its DOWN, all that comes before it, and the major of PostgreSQL. */
  readonly key: string
  readonly name: string
  readonly major: number
  /** DOWN brings columns back in another order. */
  readonly reorders: boolean
  /** It also ran on awkward rows, and all was as it should be. */
  readonly rows: boolean
}

/** Changes with what a proof looks at, so that an old one does not count for more than it was. */
const edition = '2'

/** The key of each file on a server of that major, in the order of the history. */
export function proofKeys(files: readonly Migration[], major: number): string[] {
  return [...keysOf(files, major)]
}

/** One after the other: the checksum of a large file is known once it was read. */
function* keysOf(files: readonly Migration[], major: number): Generator<string> {
  let before = `${edition} ${major}`
  for (const { name, checksum, up, down } of files) {
    before = sha256(`${before} ${name} ${checksum} ${up.transaction}`)
    yield sha256(`${before} ${down?.sql ?? ''} ${down?.transaction ?? ''}`).slice(0, 24)
  }
}

/** The proof that is kept of a file, if any. */
export type ProofOf = (file: Migration) => StoredProof | null

/**
 * Finds the proofs that a text keeps of these files, on a server of that major. Of a file nothing is looked at before it,
 * or one that comes after it, is asked for.
 */
export function proofsIn(text: string, all: readonly Migration[], major: number): ProofOf {
  const known = new Map(parseProofs(text).map((proof) => [proof.key, proof]))
  if (known.size === 0) return () => null
  const files = compare(all, []).entries.flatMap(({ file }) => file ?? [])
  const keys = keysOf(files, major)
  const found = new Map<Migration, StoredProof | null>()
  return (wanted) => {
    for (const file of files.slice(found.size)) {
      if (found.has(wanted)) break
      found.set(file, known.get(keys.next().value ?? '') ?? null)
    }
    return found.get(wanted) ?? null
  }
}

/** A proof as it is kept with the row of its migration: of the DOWN that is stored there, and of no other. */
export function rowProof(file: Migration, { major, key, reorders, rows }: StoredProof): string {
  return JSON.stringify({ major, key, reorders, rows, down: downChecksum(file) })
}

/** Null without a DOWN. */
export function downChecksum(file: Migration): string | null {
  const down = storedDown(file)
  return down === null ? null : checksumOf(down)
}

const head =
  '# Migrations whose DOWN nself has proven: name, major of PostgreSQL, key. Commit this file: what is in it is not proven again.'
const reordersWord = 'reorders-columns'
/** Its number changes with the rows that are tried. */
const rowsWord = 'rows-1'

/** As the file has them, a line each. */
export function proofText(proofs: readonly StoredProof[]): string {
  const lines = proofs.map(({ name, major, key, reorders, rows }) =>
    [name, `pg${major}`, key, ...(reorders ? [reordersWord] : []), ...(rows ? [rowsWord] : [])].join(' '),
  )
  return `${[head, ...lines].join('\n')}\n`
}

/** What is no line of a proof is passed over: it is only proven again. */
export function parseProofs(text: string): StoredProof[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, major, key, more = ''] = /^(\S+) pg(\d+) ([0-9a-f]{24})((?: \S+)*)$/.exec(line) ?? []
    if (name === undefined || key === undefined) return []
    const words = more.split(' ')
    return [{ name, major: Number(major), key, reorders: words.includes(reordersWord), rows: words.includes(rowsWord) }]
  })
}
