/** What somebody has done to a table that nself keeps, and that keeps nself from using it. */
export type TableDamage = { readonly table: string } & (
  | { readonly kind: 'trigger' | 'rule'; readonly name: string }
  | { readonly kind: 'row-security' }
  /** A column that can be made again. */
  | { readonly kind: 'column'; readonly name: string; readonly definition: string }
  /** It lacks columns without which it is no table of nself's. */
  | { readonly kind: 'foreign'; readonly columns: readonly string[] }
  | { readonly kind: 'missing' }
)

/** What is wrong, in words. */
export function problemOf(damage: TableDamage): string {
  switch (damage.kind) {
    case 'trigger':
    case 'rule':
      return `nself.${damage.table} has the ${damage.kind} ${damage.name}, which can change or swallow its rows`
    case 'row-security':
      return `row security is on for nself.${damage.table} and can hide its rows`
    case 'column':
      return `nself.${damage.table} lacks its column ${damage.name}`
    case 'foreign':
      return `nself.${damage.table} lacks ${damage.columns.join(', ')}: it is no table of nself's`
    case 'missing':
      return `the table nself.${damage.table} is gone`
  }
}

/** What puts it right, in words. */
export function fixOf(damage: TableDamage): string {
  switch (damage.kind) {
    case 'trigger':
    case 'rule':
      return `drop the ${damage.kind} ${damage.name}`
    case 'row-security':
      return `turn row security off for nself.${damage.table}`
    case 'column':
      return `add the column ${damage.name}`
    case 'foreign':
      return `rename it to ${setAside(damage.table)} and make nself.${damage.table} anew`
    case 'missing':
      return `make nself.${damage.table} anew`
  }
}

/** The name under which a table that is not nself's is kept. */
export function setAside(table: string): string {
  return `${table}_set_aside`
}
