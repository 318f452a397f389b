import { sha256 } from '../migration/checksum.ts'
import type { Migration } from '../migration/migration.ts'

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
const edition = '1'

/** The key of each file on a server of that major, in the order of the history. */
export function proofKeys(files: readonly Migration[], major: number): string[] {
  let before = `${edition} ${major}`
  return files.map(({ name, checksum, up, down }) => {
    before = sha256(`${before} ${name} ${checksum} ${up.transaction}`)
    return sha256(`${before} ${down?.sql ?? ''} ${down?.transaction ?? ''}`).slice(0, 24)
  })
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
