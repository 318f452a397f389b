import type { Location } from '../location.ts'
import type { Rule } from './catalog.ts'

/** What a DBML file asks for, in PostgreSQL's terms. Every part knows where it stands in the file. */
export interface Design {
  readonly enums: readonly DesignEnum[]
  readonly tables: readonly DesignTable[]
  readonly references: readonly DesignReference[]
  readonly records: readonly DesignRecords[]
  /** Tables that belong together, for pictures: the database knows nothing of them. */
  readonly groups: readonly DesignGroup[]
  /** What a person should know of it, such as a type of another database that was translated. */
  readonly notes: readonly string[]
}

/** A TableGroup. */
export interface DesignGroup {
  readonly name: string
  readonly tables: readonly { readonly schema: string; readonly name: string }[]
}

interface Placed {
  readonly at: Location
}

export interface DesignEnum extends Placed {
  readonly schema: string
  readonly name: string
  readonly labels: readonly string[]
}

export interface DesignTable extends Placed {
  readonly schema: string
  readonly name: string
  readonly comment: string | null
  readonly columns: readonly DesignColumn[]
  readonly keys: readonly DesignKey[]
  readonly checks: readonly DesignCheck[]
  readonly indexes: readonly DesignIndex[]
}

export interface DesignColumn extends Placed {
  readonly name: string
  /** As SQL. */
  readonly type: string
  readonly notNull: boolean
  /** As SQL. */
  readonly default: string | null
  readonly increment: boolean
  readonly comment: string | null
}

/** A primary key or a unique constraint; a null name is left to PostgreSQL. */
export interface DesignKey extends Placed {
  readonly kind: 'primary key' | 'unique'
  readonly name: string | null
  readonly columns: readonly string[]
}

interface DesignCheck extends Placed {
  readonly name: string | null
  readonly expression: string
}

export interface DesignIndex extends Placed {
  readonly name: string | null
  readonly unique: boolean
  readonly method: string | null
  readonly keys: readonly { readonly text: string; readonly isColumn: boolean }[]
  readonly comment: string | null
}

interface End {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
}

export interface DesignReference extends Placed {
  readonly name: string | null
  /** Has the foreign key. */
  readonly from: End
  readonly to: End
  readonly onDelete: Rule
  readonly onUpdate: Rule
}

export interface DesignRecords extends Placed {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
  /** As SQL. */
  readonly rows: readonly (readonly string[])[]
}

/** The text of a design: its file and those that it imports, by their absolute paths. */
export interface DesignTexts {
  /** The path of the file that was named. */
  readonly entry: string
  readonly texts: ReadonlyMap<string, string>
}
