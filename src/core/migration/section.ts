import type { StatementList, Stretch } from '../sql/statement-list.ts'
import type { TransactionOptions } from '../sql/transaction-options.ts'
import type { VariableUse } from '../sql/variable-uses.ts'
import type { Batch } from './batch.ts'
import type { LargeText } from './large-text.ts'

interface AnySection {
  /** Line of the file on which it begins, counted from 1. */
  readonly line: number
  readonly statements: StatementList
  /** False when it must run outside a transaction, statement by statement. */
  readonly transaction: boolean
  /** What its transaction must be, where it says so itself. */
  readonly begin: TransactionOptions | null
  /** How many transactions of its own it runs in, each of which commits by itself; 0 for most. */
  readonly blocks: number
  readonly lockTimeout: string | null
  readonly statementTimeout: string | null
  /** As which role it runs; as whoever is connected without one. */
  readonly role: string | null
  /** It has no statement on purpose. */
  readonly nothingToDo: boolean
  /** The repeatables whose objects it takes away, by their names: they run again at the end. */
  readonly reruns: readonly string[]
  /** How its one statement runs again and again, each time on a part of a table. */
  readonly batch: Batch | null
}

/** A section whose text is in memory. */
export interface HeldSection extends AnySection {
  readonly kind: 'held'
  /** From the end of the marker's line on, blanks in place of psql's own lines. Its statements count from its beginning. */
  readonly sql: string
  /** The same as a person reads it, where its statement has parameters for the ends of a batch. */
  readonly source?: string
  /** Where it is filled in before it runs, in their order. */
  readonly uses: readonly VariableUse[]
  /** The values with which it ran, of what the database brings back: they come before those that are set. */
  readonly recorded?: Readonly<Record<string, string>>
  /** How it was written, once it is filled in. */
  readonly written?: WrittenSection
}

/** A section as it stands in its file, before anything was filled in. */
export interface WrittenSection extends Pick<HeldSection, 'sql' | 'statements'> {
  /** The values, `***` for what is secret, by the names of their variables. */
  readonly values: Readonly<Record<string, string>>
  /** What was put in, and where: places of the text that is filled in. */
  readonly fillings: readonly (Stretch & { readonly use: VariableUse })[]
}

/** The UP of a file that is too large to hold: it is read again as it runs. */
export interface StreamedSection extends AnySection {
  readonly kind: 'streamed'
  readonly file: LargeText
  /** The bytes of the file that it takes. Its statements count from the beginning of the file. */
  readonly start: number
  readonly end: number
  /** Begins to read it. */
  readonly open: () => SectionText
  /** The same with all of it in memory, for what runs while its file may be edited. */
  readonly hold: () => SectionText
}

/** What is run where there is nothing to run. */
export const emptySection: HeldSection = {
  kind: 'held',
  sql: '',
  line: 1,
  statements: [],
  transaction: true,
  begin: null,
  blocks: 0,
  lockTimeout: null,
  statementTimeout: null,
  role: null,
  nothingToDo: true,
  reruns: [],
  batch: null,
  uses: [],
}

/** The SQL of one direction. */
export type Section = HeldSection | StreamedSection

/** A section that takes the values with which its migration or repeatable ran, where they were kept. */
export function ranWith<S extends Section>(section: S, recorded: HeldSection['recorded'] | null): S {
  return recorded && section.kind === 'held' && section.uses.length > 0 ? { ...section, recorded } : section
}

/** The text of a section, taken from its beginning to its end. */
export interface SectionText {
  sql(stretch: Stretch): string
  /** The same to be sent: of a file that is not held its bytes, which nobody needs as a text. */
  raw(stretch: Stretch): LeasedBytes<string | Buffer>
  data(stretch: Stretch): Iterable<LeasedBytes>
  /** False when the file is another one than when it was parsed. Nothing can be taken any more. */
  isUnchanged(): boolean
}

/** What stays as it is until it is given back; where nobody does that, it only takes memory. */
export interface LeasedBytes<T = Buffer> {
  readonly bytes: T
  readonly release: () => void
}
