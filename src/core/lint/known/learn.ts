import {
  listAt,
  nodeAt,
  nodesIn,
  type RelationName,
  relationOf,
  relationsIn,
  type TreeNode,
  wordsOf,
} from '../../sql/tree.ts'
import { learnAlter } from './learn-alter.ts'
import { newTable, withElements } from './learn-table.ts'
import type { KnownSchema } from './schema.ts'
import type { LintStep } from './step.ts'
import type { KnownIndex, LintTable, MadeIn } from './table.ts'

/** Adds to a schema what a statement makes, changes or drops. */
export function learn(step: LintStep, schema: KnownSchema, origin: MadeIn): void {
  lessons[step.type]?.({ step, node: step.node, schema, origin })
}

interface Lesson {
  readonly step: LintStep
  readonly node: TreeNode
  readonly schema: KnownSchema
  readonly origin: MadeIn
}

/** The name that a list of words is. */
export function nameIn(words: unknown): RelationName {
  const all = wordsOf(words)
  return { schema: all.at(-2) ?? null, name: all.at(-1) ?? '' }
}

const lessons: Readonly<Record<string, (lesson: Lesson) => void>> = {
  CreateStmt: ({ step, node, schema, origin }) => {
    const table = newTable(node.relation, schema, origin)
    if (node.if_not_exists === true && schema.find(table) !== null) return
    const parents = relationsIn(node.inhRelations).flatMap((name) => schema.find(name)?.columns ?? [])
    const columns = new Map(parents.flatMap((inherited) => [...inherited]))
    const [parent] = node.partbound === undefined ? [] : relationsIn(node.inhRelations)
    const partOf = parent === undefined ? null : schema.keyOf(parent)
    const whole = { ...table, columns, isPartitioned: node.partspec !== undefined, partOf }
    schema.put(withElements(whole, listAt(node.tableElts), { step, origin }))
  },
  CreateTableAsStmt: ({ node, schema, origin }) => {
    const table = newTable(nodeAt(node.into).rel, schema, origin)
    if (node.if_not_exists !== true || schema.find(table) === null) schema.put(table)
  },
  SelectStmt: ({ node, schema, origin }) => {
    const { rel } = nodeAt(node.intoClause)
    if (rel !== undefined) schema.put(newTable(rel, schema, origin))
  },
  AlterTableStmt: ({ step, schema, origin }) => learnAlter(step, schema, origin),
  IndexStmt: ({ node, schema }) => {
    const table = schema.find(relationOf(nodeAt(node.relation)))
    if (table !== null) schema.put({ ...table, indexes: [...table.indexes, indexOf(node, table)] })
  },
  DropStmt: ({ node, schema }) => {
    for (const object of listAt(node.objects)) drop(String(node.removeType), nameIn(object), schema)
  },
  RenameStmt: (lesson) => rename(lesson),
  AlterObjectSchemaStmt: ({ node, schema }) => {
    const table = node.relation === undefined ? null : schema.find(relationOf(nodeAt(node.relation)))
    if (table === null) return
    schema.remove(table)
    schema.put({ ...table, schema: String(node.newschema) })
  },
  VariableSetStmt: ({ node, schema }) => {
    if (node.name !== 'search_path') return
    const [first] = nodesIn(node.args, 'A_Const')
    schema.setPath(first === undefined ? 'public' : String(nodeAt(first.sval).sval))
  },
  ViewStmt: (lesson) => object('OBJECT_VIEW', relationOf(nodeAt(lesson.node.view)), lesson),
  CreateSeqStmt: (lesson) => object('OBJECT_SEQUENCE', relationOf(nodeAt(lesson.node.sequence)), lesson),
  CreateEnumStmt: (lesson) => object('OBJECT_TYPE', nameIn(lesson.node.typeName), lesson),
  CompositeTypeStmt: (lesson) => object('OBJECT_TYPE', relationOf(nodeAt(lesson.node.typevar)), lesson),
  CreateRangeStmt: (lesson) => object('OBJECT_TYPE', nameIn(lesson.node.typeName), lesson),
  CreateDomainStmt: (lesson) => {
    const isConstrained = listAt(lesson.node.constraints).length > 0
    object('OBJECT_DOMAIN', nameIn(lesson.node.domainname), lesson, isConstrained ? 'constrained' : null)
  },
  CreateSchemaStmt: (lesson) => {
    const { schemaname: name } = lesson.node
    if (typeof name === 'string') object('OBJECT_SCHEMA', { schema: null, name }, lesson)
  },
  CreateFunctionStmt: (lesson) => {
    const { node } = lesson
    const said = nodesIn(node.options, 'DefElem').find(({ defname }) => defname === 'volatility')
    const isTrigger = wordsOf(nodeAt(node.returnType).names).at(-1) === 'trigger'
    const kind = node.is_procedure === true ? 'OBJECT_PROCEDURE' : 'OBJECT_FUNCTION'
    object(kind, nameIn(node.funcname), lesson, isTrigger ? 'trigger' : (wordsOf(said?.arg)[0] ?? 'volatile'))
  },
}

/** What is there already keeps its origin: CREATE OR REPLACE does not make it new. */
function object(kind: string, name: RelationName, { schema, origin }: Lesson, trait: string | null = null): void {
  schema.putObject(kind, name, { origin: schema.object(kind, name)?.origin ?? origin, trait })
}

function indexOf(node: TreeNode, { name: table }: LintTable): KnownIndex {
  const columns = nodesIn(node.indexParams, 'IndexElem').map(({ name }) => (typeof name === 'string' ? name : ''))
  const name = typeof node.idxname === 'string' ? node.idxname : [table, ...columns, 'idx'].join('_')
  return { name, columns, isPartial: isPartial(node.whereClause, columns) }
}

/** `WHERE a IS NOT NULL` leaves out no row that anybody looks for by `a`. */
function isPartial(condition: unknown, columns: readonly string[]): boolean {
  if (condition === undefined) return false
  const { arg, nulltesttype } = nodeAt(nodeAt(condition).NullTest)
  const [column] = wordsOf(nodeAt(nodeAt(arg).ColumnRef).fields).slice(-1)
  return !(nulltesttype === 'IS_NOT_NULL' && column !== undefined && column === columns[0])
}

function drop(kind: string, name: RelationName, schema: KnownSchema): void {
  if (kind === 'OBJECT_SCHEMA') schema.removeSchema(name.name)
  const table = kind === 'OBJECT_INDEX' ? schema.tableOfIndex(name) : schema.find(name)
  if (table === null) return
  if (kind === 'OBJECT_TABLE' || kind === 'OBJECT_MATVIEW' || kind === 'OBJECT_FOREIGN_TABLE') schema.remove(table)
  if (kind !== 'OBJECT_INDEX') return
  const formerIndexes = [...table.formerIndexes, name.name]
  schema.put({ ...table, indexes: table.indexes.filter((index) => index.name !== name.name), formerIndexes })
}

function rename({ node, schema, origin }: Lesson): void {
  const { renameType, relation, subname, newname } = node
  const [target, to, from] = [relationOf(nodeAt(relation)), String(newname), String(subname)]
  // Nobody uses it by this name yet.
  schema.putObject(String(renameType), { schema: null, name: to }, { origin, trait: null })
  if (relation === undefined) return
  const named = <T extends { readonly name: string | null }>(one: T, old: string): T =>
    one.name === old ? { ...one, name: to } : one
  const byIndex = renameType === 'OBJECT_INDEX' ? schema.tableOfIndex(target) : null
  if (byIndex !== null) {
    const formerIndexes = [...byIndex.formerIndexes, target.name]
    schema.put({ ...byIndex, indexes: byIndex.indexes.map((one) => named(one, target.name)), formerIndexes })
  }
  const table = schema.find(target)
  if (table === null) return
  if (renameType === 'OBJECT_TABLE' || renameType === 'OBJECT_MATVIEW') {
    schema.remove(table)
    schema.put({ ...table, name: to, namedBy: origin })
  }
  if (renameType === 'OBJECT_TABCONSTRAINT')
    schema.put({ ...table, constraints: table.constraints.map((one) => named(one, from)) })
  if (renameType === 'OBJECT_COLUMN') schema.put(withColumnRenamed(table, from, to))
}

function withColumnRenamed(table: LintTable, from: string, to: string): LintTable {
  const names = (columns: readonly string[]) => columns.map((name) => (name === from ? to : name))
  return {
    ...table,
    columns: new Map([...table.columns].map(([name, column]) => [name === from ? to : name, column])),
    constraints: table.constraints.map((one) => ({
      ...one,
      columns: names(one.columns),
      neverNull: names(one.neverNull),
    })),
    indexes: table.indexes.map((one) => ({ ...one, columns: names(one.columns) })),
  }
}
