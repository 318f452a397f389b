import type { Entry } from './state.ts'

/** The names of migrations, as a sentence lists them. */
export function listNames(entries: readonly { readonly name: string }[]): string {
  return entries.map((entry) => entry.name).join(', ')
}

/** The first names of many. */
export function listSome(entries: readonly { readonly name: string }[]): string {
  return entries.length > 6 ? `${listNames(entries.slice(0, 5))} and ${entries.length - 5} more` : listNames(entries)
}

/** Where the file of a missing migration is to be looked for. */
export function fromBranch({ applied }: Entry): string {
  return applied?.branch == null ? '' : `; applied from ${applied.branch}`
}
