import { certain } from '../certain.ts'
import type { StatementToken } from './lexer.ts'
import { isConcurrent, transactionRole } from './statement.ts'

/** What the runner must know of a statement. */
export type StatementKind =
  /** May run in a transaction, and cannot commit by itself. */
  | 'plain'
  /** The same, and what it sets holds for what follows: SET, RESET. */
  | 'setting'
  /** The same, and its data follow it: COPY … FROM STDIN. */
  | 'copy'
  /** May commit by itself: CALL, DO. */
  | 'commits'
  /** PostgreSQL refuses it in a transaction. */
  | 'outside'
  /** The same, and it waits for other transactions by design. */
  | 'concurrent'
  /** Begins a transaction of the section's own, ends it, or ends it and begins the next: BEGIN, COMMIT, COMMIT AND CHAIN. */
  | 'begin'
  | 'commit'
  | 'chain'

const kinds: readonly StatementKind[] = [
  'plain',
  'setting',
  'copy',
  'commits',
  'outside',
  'concurrent',
  'begin',
  'commit',
  'chain',
]

/** May run in a transaction, and cannot commit by itself. */
export function mayRunInside({ kind }: { readonly kind: StatementKind }): boolean {
  return kind === 'plain' || kind === 'setting' || kind === 'copy'
}

/** True for what begins or ends a transaction. */
export function isTransactionControl({ kind }: { readonly kind: StatementKind }): boolean {
  return kind === 'begin' || kind === 'commit' || kind === 'chain'
}

/** A stretch of a section: UTF-16 units of a text that is held, bytes of a file that is not; `end` is exclusive. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** Where a statement stands, without the semicolon that ends it. */
export interface Statement extends Stretch {
  readonly kind: StatementKind
  /** The data of COPY … FROM STDIN, without the line that ends them. */
  readonly data: Stretch | null
  /** What stands before it is for no server: it cannot be sent together with the statement before. */
  readonly apart: boolean
  /** A plain INSERT of a file that is not held: such a file is mostly data, and what only adds rows needs no parser. */
  readonly addsRows?: boolean
}

/** The statements of a section in their order. */
export interface StatementList extends Iterable<Statement> {
  readonly length: number
  at(index: number): Statement | undefined
}

/** What a statement is to the runner, by its leading words. */
export function kindOf({ words, copiesIn }: Pick<StatementToken, 'words' | 'copiesIn'>): StatementKind {
  if (copiesIn) return 'copy'
  const role = transactionRole(words)
  if (role === 'begins') return 'begin'
  if (role === 'ends') return words.includes('CHAIN') && !words.includes('NO') ? 'chain' : 'commit'
  if (role === 'outside') return isConcurrent(words) ? 'concurrent' : 'outside'
  const [first] = words
  if (first === 'CALL' || first === 'DO') return 'commits'
  return first === 'SET' || first === 'RESET' ? 'setting' : 'plain'
}

const plainInsert = /^INSERT\s+INTO\s+[^()]*(?:\([^()]*\)\s*)?VALUES\b/i

/** True for INSERT … VALUES: it only adds rows. */
export const isPlainInsert = (sql: string): boolean => plainInsert.test(sql)

const apartBit = 0x80
const rowsBit = 0x40
/** How many are in one block: a list that grows is not copied. */
const perBlock = 4096

/** Where each statement of a block ends, how long it is (PostgreSQL takes none over 1 GB), and its kind. */
interface Block {
  readonly ends: Float64Array
  readonly lengths: Uint32Array
  readonly kinds: Uint8Array
}

const newBlock = (): Block => ({
  ends: new Float64Array(perBlock),
  lengths: new Uint32Array(perBlock),
  kinds: new Uint8Array(perBlock),
})

/** The statements of a file of any size, as numbers: hundreds of thousands of objects would cost more than the text. */
export class PackedStatements implements StatementList {
  length = 0
  private readonly blocks: Block[] = []
  private readonly data = new Map<number, Stretch>()

  add(start: number, end: number, kind: StatementKind, apart: boolean, addsRows: boolean): void {
    const place = this.length++ % perBlock
    if (place === 0) this.blocks.push(newBlock())
    const { ends, lengths, kinds: packed } = certain(this.blocks[this.blocks.length - 1])
    ends[place] = end
    lengths[place] = end - start
    packed[place] = kinds.indexOf(kind) | (apart ? apartBit : 0) | (addsRows ? rowsBit : 0)
  }

  /** The same without what begins and ends a transaction: what stood on both sides of it is not sent together. */
  withoutTransactions(): PackedStatements {
    const rest = new PackedStatements()
    let apart = false
    for (const statement of this) {
      if (isTransactionControl(statement)) apart = true
      else {
        const { start, end, kind, data, addsRows = false } = statement
        rest.add(start, end, kind, apart || statement.apart, addsRows)
        if (data !== null) rest.setData(data)
        apart = false
      }
    }
    return rest
  }

  /** Gives the last statement, a COPY, its data. */
  setData(data: Stretch): void {
    this.data.set(this.length - 1, data)
  }

  at(index: number): Statement | undefined {
    if (index < 0 || index >= this.length) return undefined
    const { ends, lengths, kinds: packed } = certain(this.blocks[Math.floor(index / perBlock)])
    const place = index % perBlock
    const [end, bits] = [certain(ends[place]), certain(packed[place])]
    return {
      start: end - certain(lengths[place]),
      end,
      kind: certain(kinds[bits & ~(apartBit | rowsBit)]),
      data: this.data.get(index) ?? null,
      apart: (bits & apartBit) !== 0,
      addsRows: (bits & rowsBit) !== 0,
    }
  }

  *[Symbol.iterator](): Generator<Statement> {
    for (let i = 0; i < this.length; i++) yield certain(this.at(i))
  }
}
