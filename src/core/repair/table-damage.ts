/** What somebody has done to a table that nself keeps, and that keeps nself from using it. */
export type TableDamage = { readonly table: string } & (
  | { readonly kind: 'trigger' | 'rule' | 'constraint'; readonly name: string }
  | { readonly kind: 'row-security' }
  /** A column that can be made again. */
  | { readonly kind: 'column'; readonly name: string; readonly definition: string }
  | { readonly kind: 'type'; readonly name: string; readonly type: string; readonly keepsFiller: boolean }
  /** It has lost what fills it: an expression, or `identity`. */
  | { readonly kind: 'default'; readonly name: string; readonly value: string }
  /** Not nself's, and it wants a value in each row. */
  | { readonly kind: 'required'; readonly name: string }
  /** It has lost its primary key, which is this column. */
  | { readonly kind: 'key'; readonly name: string }
  /** It is no table, where no column is named, or lacks columns without which nself did not make this table. */
  | { readonly kind: 'foreign'; readonly columns: readonly string[]; readonly aside: string }
  | { readonly kind: 'missing' }
  /** It is in a schema of another name, with all the others. */
  | { readonly kind: 'moved'; readonly schema: string }
)

/** What is wrong, in words. */
export function problemOf(damage: TableDamage): string {
  const table = `nself.${damage.table}`
  switch (damage.kind) {
    case 'trigger':
    case 'rule':
      return `${table} has the ${damage.kind} ${damage.name}, which can change or swallow its rows`
    case 'constraint':
      return `${table} has the constraint ${damage.name}, which can refuse its rows`
    case 'row-security':
      return `row security is on for ${table} and can hide its rows`
    case 'column':
      return `${table} lacks its column ${damage.name}`
    case 'type':
      return `the column ${damage.name} of ${table} is no longer of type ${damage.type}`
    case 'default':
      return `the column ${damage.name} of ${table} has lost its ${damage.value === 'identity' ? 'identity' : 'default'}`
    case 'required':
      return `${table} has a column ${damage.name} that nself did not make and that must not be null`
    case 'key':
      return `${table} has lost its primary key`
    case 'foreign':
      return damage.columns.length === 0
        ? `${table} is not an ordinary table`
        : `${table} lacks ${damage.columns.join(', ')}: nself did not make this table`
    case 'missing':
      return `the table ${table} is gone`
    case 'moved':
      return `the schema nself was renamed to ${damage.schema}`
  }
}

/** What puts it right, in words. */
export function fixOf(damage: TableDamage): string {
  switch (damage.kind) {
    case 'trigger':
    case 'rule':
    case 'constraint':
      return `drop the ${damage.kind} ${damage.name}`
    case 'row-security':
      return `turn row security off for nself.${damage.table}`
    case 'column':
      return `add the column ${damage.name}`
    case 'type':
      return `make ${damage.name} ${damage.type} again`
    case 'default':
      return `set the ${damage.value === 'identity' ? 'identity' : 'default'} of ${damage.name} again`
    case 'required':
      return `let ${damage.name} be null`
    case 'key':
      return `make ${damage.name} the primary key again`
    case 'foreign':
      return `rename it to ${damage.aside} and create nself.${damage.table} again`
    case 'missing':
      return `create nself.${damage.table} again`
    case 'moved':
      return 'rename it back'
  }
}
