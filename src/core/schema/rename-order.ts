import { dotted } from '../sql/qualified-name.ts'
import type { Rename } from './renames.ts'

// Labels before the enums they are of, columns before their tables, and these before their schemas; keys are given by
// the new names of all these.
const order = ['label', 'column', 'table', 'enum', 'schema', 'constraint', 'index'] as const

/**
 * Renames in an order in which each finds its new name free: what is called `b` goes before what becomes `b`. Where they
 * go round, as two that change their names do, the first one gets a name of its own for a while.
 */
export function inOrder(renames: readonly Rename[]): Rename[] {
  const open = renames.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  const done: Rename[] = []
  while (open.length > 0) {
    const taken = new Set(open.map(keyBefore))
    const free = open.findIndex((rename) => !taken.has(keyAfter(rename)) || keyAfter(rename) === keyBefore(rename))
    const [next] = open.splice(Math.max(free, 0), 1)
    if (next === undefined) break
    if (free === -1) {
      const meanwhile = freeName(next, renames)
      done.push(aside(next, meanwhile))
      open.push({ ...next, name: meanwhile })
    } else done.push(next)
  }
  return done
}

/** Under the name for a while, where it is now. */
function aside(rename: Rename, to: string): Rename {
  if (rename.kind !== 'table' && rename.kind !== 'enum') return { ...rename, to }
  return { ...rename, toSchema: rename.schema, to, makesSchema: false }
}

function freeName({ name }: Rename, renames: readonly Rename[]): string {
  const used = new Set(renames.flatMap((one) => [one.name, one.to]))
  for (let i = 1; ; i++) {
    const candidate = `${name.slice(0, 40)}_meanwhile${i === 1 ? '' : `_${i}`}`
    if (!used.has(candidate)) return candidate
  }
}

/** Tables and enums have one set of names. */
function keyBefore(rename: Rename): string {
  return keyOf(rename, rename.kind === 'table' || rename.kind === 'enum' ? rename.schema : '', rename.name)
}

function keyAfter(rename: Rename): string {
  return keyOf(rename, rename.kind === 'table' || rename.kind === 'enum' ? rename.toSchema : '', rename.to)
}

function keyOf(rename: Rename, schema: string, name: string): string {
  switch (rename.kind) {
    case 'schema':
      return `schema ${dotted(name)}`
    case 'column':
      return `column ${dotted(rename.schema, rename.table, name)}`
    case 'label':
      return `label ${dotted(rename.schema, rename.ofEnum, name)}`
    case 'constraint':
    case 'index':
      return `key ${dotted(rename.schema, rename.table, name)}`
    default:
      return `relation ${dotted(schema, name)}`
  }
}
