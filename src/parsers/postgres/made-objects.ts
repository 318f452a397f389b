import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { listAt, nodeAt, nodesIn, relationOf, type TreeNode, wordsOf } from '../../core/sql/tree.ts'
import type { LookedAt } from './looked-at.ts'
import { createdPartition } from './partition-questions.ts'

type Look = (node: TreeNode, look: LookedAt) => void

/** What the run makes, drops and renames, by the type of statement. */
export const followObjects: Readonly<Record<string, Look>> = {
  CreateStmt: (node, look) => {
    const name = relationOf(nodeAt(node.relation))
    look.tables.make(name, node.if_not_exists === true)
    createdPartition(node, look.tables.find(name), look)
  },
  CreateTableAsStmt: ({ into, if_not_exists }, { tables, words }) => {
    const name = relationOf(nodeAt(nodeAt(into).rel))
    tables.make(name, if_not_exists === true)
    tables.find(name).filledBy = words
  },
  DropStmt: drops,
  RenameStmt: renames,
  AlterObjectSchemaStmt: ({ relation, newschema, objectType }, { tables, touch }) => {
    if (objectType !== 'OBJECT_TABLE') return
    const table = tables.find(relationOf(nodeAt(relation)))
    touch(table, 'AccessExclusiveLock')
    table.name = { schema: String(newschema), name: table.name.name }
  },
  CreateEnumStmt: ({ typeName, vals }, { tables }) => {
    const labels = nodesIn(vals, 'String').map(({ sval }) => String(sval))
    tables.types.set(wordsOf(typeName).at(-1) ?? '', { kind: 'enum', labels, extends: null })
  },
  AlterEnumStmt: ({ typeName, newVal, oldVal }, { tables }) => {
    const words = wordsOf(typeName)
    const known = tables.types.get(words.at(-1) ?? '')
    const before = known?.kind === 'enum' ? known : { labels: [], extends: words.map(quoteIdentifier).join('.') }
    const kept = before.labels.filter((label) => label !== oldVal)
    tables.types.set(words.at(-1) ?? '', { kind: 'enum', labels: [...kept, String(newVal)], extends: before.extends })
  },
  CreateDomainStmt: createsDomain,
}

function createsDomain({ domainname, typeName, constraints }: TreeNode, { tables, source }: LookedAt): void {
  const all = nodesIn(constraints, 'Constraint')
  const at = Number(nodeAt(typeName).location ?? 0)
  const first = Math.min(...all.map(({ location }) => Number(location ?? Infinity)))
  const base = source.upTo(at, ['COLLATE', 'DEFAULT'], Number.isFinite(first) ? first : undefined)
  if (base === null) return
  const checks = all
    .filter(({ contype }) => contype === 'CONSTR_CHECK')
    .flatMap(({ location }) => source.parenthesized(Number(location ?? 0)) ?? [])
  const notNull = all.some(({ contype }) => contype === 'CONSTR_NOTNULL')
  tables.types.set(wordsOf(domainname).at(-1) ?? '', { kind: 'domain', base, checks, notNull })
}

function drops({ removeType, objects }: TreeNode, { tables, touch }: LookedAt): void {
  for (const object of listAt(objects)) {
    const words = wordsOf(object)
    const name = { schema: words.at(-2) ?? null, name: words.at(-1) ?? '' }
    if (removeType === 'OBJECT_TABLE') {
      touch(tables.find(name), 'AccessExclusiveLock')
      tables.drop(name)
    }
    if (removeType === 'OBJECT_INDEX') tables.dropped.add(name.name)
    if (removeType === 'OBJECT_TYPE' || removeType === 'OBJECT_DOMAIN') tables.types.delete(name.name)
  }
}

function renames({ renameType, relation, object, subname, newname }: TreeNode, { tables, touch }: LookedAt): void {
  const to = String(newname)
  if (renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN') {
    const from = wordsOf(object).at(-1) ?? ''
    const made = tables.types.get(from)
    tables.types.delete(from)
    if (made !== undefined) tables.types.set(to, made)
  }
  if (relation === undefined || (renameType !== 'OBJECT_TABLE' && renameType !== 'OBJECT_COLUMN')) return
  const table = tables.find(relationOf(nodeAt(relation)))
  touch(table, 'AccessExclusiveLock')
  if (renameType === 'OBJECT_TABLE') table.name = { schema: table.name.schema, name: to }
  else table.add({ kind: 'rename', column: String(subname), to, alias: table.name.name })
}
