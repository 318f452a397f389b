import type { Environment } from './environment.ts'

/** What a person reads above a question: where it would happen, what would be done there, and what would be lost. */
export interface Briefing {
  readonly environment: Environment
  readonly database: string
  /** `HOST:PORT` */
  readonly server: string
  readonly role: string
  /** What follows: `2 migrations will run after a backup (about 48 MB):`. */
  readonly title: string
  readonly steps: readonly BriefedStep[]
  /** Sentences about all of it. */
  readonly notes: readonly string[]
}

/** A migration, a seed or the like. */
export interface BriefedStep {
  readonly name: string
  readonly items: readonly BriefedItem[]
  /** What is to be known of it as a whole: `no DOWN: cannot be reverted`. */
  readonly note: string | null
}

/** One thing that it destroys or changes. */
export interface BriefedItem {
  /** Where in its file; null for what no line says. */
  readonly line: number | null
  /** `drops users.display_name` */
  readonly what: string
  /** `1,204 rows have a value`; null where nobody knows. */
  readonly rows: string | null
  /** What goes along with it: `, and by foreign keys rows of orders (3 rows)`; empty for nothing. */
  readonly also: string
}
