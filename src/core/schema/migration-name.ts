import { splitDotted } from '../sql/qualified-name.ts'
import type { Difference } from './differences.ts'

/**
 * A name for a migration, from what it changes: `add_posts`, `change_users`, `update_schema`.
 * @param renames what it renames besides: `users`, `users.name`.
 */
export function nameOfChange(differences: readonly Difference[], renames: readonly string[] = []): string {
  const [renamed] = renames
  if (differences.length === 0 && renamed !== undefined && renames.length === 1) {
    const name = `rename_${namesOf(renamed).map(slug).join('_')}`
    return isName(name) ? name : 'update_schema'
  }
  // What an extension is made for says more.
  const changes = differences.filter(({ kind }) => kind !== 'extension')
  const tables = changes.filter(({ kind }) => kind === 'table')
  const verbs = { '+': 'create', '-': 'drop', '~': 'change' } as const
  const touched = [
    ...new Set(changes.map(({ kind, name }) => (kind === 'table' ? name : (namesOf(name).at(-2) ?? name)))),
  ]
  const [first] = tables
  if (first !== undefined && tables.every((item) => item.sign === first.sign) && touched.length <= 3) {
    const name = `${verbs[first.sign]}_${tables.map((item) => slug(item.name)).join('_and_')}`
    if (isName(name)) return name
  }
  const [only] = changes
  if (only !== undefined && changes.length === 1 && only.kind === 'column') {
    const [table = '', column = ''] = namesOf(only.name).slice(-2)
    const words = {
      '+': `add_${slug(column)}_to_${slug(table)}`,
      '-': `drop_${slug(column)}_from_${slug(table)}`,
      '~': `change_${slug(table)}_${slug(column)}`,
    }
    if (isName(words[only.sign])) return words[only.sign]
  }
  const name = touched.length === 1 ? `change_${touched.map(slug).join()}` : 'update_schema'
  return isName(name) ? name : 'update_schema'
}

const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')

const namesOf = (path: string): readonly string[] => splitDotted(path) ?? [path]

const isName = (text: string): boolean => text.length <= 60 && /^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(text)
