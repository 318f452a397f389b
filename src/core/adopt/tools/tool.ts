/** A file of another tool, as it was read: without a byte order mark, with the line ends of Unix. */
export interface SourceFile {
  /** Relative to the folder of the tool's files, with `/`. */
  readonly path: string
  readonly text: string
}

/** One direction of a migration, without the marks of the tool. */
export interface SourceSection {
  readonly sql: string
  /** False where the tool runs it outside a transaction because the file says so. */
  readonly transaction: boolean
}

/** A migration as the other tool has it. */
export interface SourceMigration {
  /** By which the tool's table knows it. */
  readonly key: string
  /** Its number as it is written, where it has one that is all digits. */
  readonly number: string | null
  readonly title: string
  /** The files that it is in, relative to the tool's folder. */
  readonly files: readonly string[]
  readonly up: SourceSection
  readonly down: SourceSection | null
  /** Keys of those that it says it needs. */
  readonly dependsOn: readonly string[]
  /** What was decided about it that a person should know. */
  readonly notes: readonly string[]
}

/** What stands in the way of taking everything over, or what is left out. */
export interface Problem {
  /** The file or the row that it is about. */
  readonly subject: string
  readonly what: string
  readonly decision: string
  /** What the person can do instead. */
  readonly choice: string | null
  /** `note` stops nothing; `choice` is for a person to decide, by --force too; an `obstacle` has to go first. */
  readonly weight: 'note' | 'choice' | 'obstacle'
}

/** What the folder of a tool holds. Migrations stand in the tool's own order. */
export interface SourceMigrations {
  readonly migrations: readonly SourceMigration[]
  readonly problems: readonly Problem[]
  /** Files that the tool runs again whenever they are edited, in its order. */
  readonly repeatables?: readonly SourceMigration[]
}

/** A row of a tool's table, each value as text. */
export type TableRow = Readonly<Record<string, string | null>>

/** What the tool's table says of one migration, in the order of application. */
export interface ToolRow {
  readonly key: string
  /** As PostgreSQL reads a time; null where the tool notes none. */
  readonly appliedAt: string | null
  readonly durationMs: number
  readonly appliedBy: string | null
  /** Why nobody knows whether it is applied as a whole; null where it is. */
  readonly fault: string | null
  /** Its file is not the one that ran; absent where nobody knows. */
  readonly edited?: boolean
}

/** A table that tells that a tool was here. */
export interface ToolTable {
  readonly name: string
  /** Null where it can be in any schema. */
  readonly schema: string | null
  readonly has: readonly string[]
  readonly hasNot: readonly string[]
}

/**
 * How sure it is that files are a tool's: by what only it writes, by a form that few use, or by one that many use, where
 * its table has to be there too.
 */
export type Recognised = 'certain' | 'likely' | 'possible'

/** A folder and what is below it, to be recognised. */
export interface SourceFolder {
  /** Its path from the project's root on, with `/`. */
  readonly path: string
  /** Paths of files relative to it. */
  readonly names: readonly string[]
  /** The beginning of one of these files. */
  readonly head: (name: string) => string
}

/** Where a tool fills in values before it runs a file. */
export interface Placeholders {
  /** Finds them; the first of its groups that is there is the name. */
  readonly form: RegExp
  /** Who fills them in, for a person: `Flyway`. */
  readonly by: string
  /** Variables of ours can stand for them. */
  readonly asVariables?: boolean
}

/** What is known of a migration tool: its files, its table. */
export interface Tool {
  /** As it is typed. */
  readonly name: string
  readonly tables: readonly ToolTable[]
  /** Schemas that are the tool's own as a whole. */
  readonly schemas: readonly string[]
  /** What its platform makes in a database before the first migration: some of these schemas, and publications. */
  readonly platform?: { readonly schemas: readonly string[]; readonly publications: readonly string[] }
  readonly recognises: (folder: SourceFolder) => Recognised | null
  /** Which of the files below its folder it reads. */
  readonly reads: (path: string) => boolean
  /** What the tool fills in before it runs a file, if it does. */
  readonly placeholders?: Placeholders
  readonly parse: (files: readonly SourceFile[]) => SourceMigrations
  readonly rowsOf: (rows: readonly TableRow[], migrations: readonly SourceMigration[]) => ToolRow[]
}
