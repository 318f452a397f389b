import type {
  ApplyResult,
  DiagramResult,
  DiffResult,
  ImportResult,
  ScaffoldResult,
  ShowTableResult,
  ShowTablesResult,
  TablePart,
} from '../../../commands/shared/schema-results.ts'
import type { Column, Constraint, Index, Reference, Table } from '../../../core/schema/catalog.ts'
import { keyOf } from '../../../core/sql/qualified-name.ts'
import { differenceDocument, runDocument } from './migrate.ts'
import { seedDocument } from './seeds.ts'

/** The document of `db schema import`. */
export function importDocument({ kind, design, files, waiting, differences, renames, seed }: ImportResult) {
  return { kind, design, files, waiting, differences: differences.map(differenceDocument), renames, seed }
}

/** The document of `db schema apply`: those of the import, of the run and of the seeds. */
export function applyDocument({ kind, import: imported, migrations, seeds }: ApplyResult) {
  return {
    kind,
    import: importDocument(imported),
    migrations: runDocument(migrations),
    seeds: seeds && seedDocument(seeds),
  }
}

/** The document of `db schema diff`. */
export function diffDocument({ kind, left, right, differences, sql, proven, different, checked }: DiffResult) {
  return { kind, left, right, differences: differences.map(differenceDocument), sql, proven, different, checked }
}

/** The document of `db schema diagram`. */
export function diagramDocument({ kind, database, format, tables, foreignKeys, path, freshness, text }: DiagramResult) {
  return { kind, database, format, tables, foreignKeys, path, freshness, text }
}

/** The document of `db schema scaffold`. */
export function scaffoldDocument({ kind, template, path }: ScaffoldResult) {
  return { kind, template, path }
}

/** The document of `db schema show`. */
export function tablesDocument({ kind, database, tables }: ShowTablesResult) {
  return {
    kind,
    database,
    tables: tables.map(({ name, type, columns, rows, partitions, comment }) => ({
      name,
      type,
      columns,
      rows,
      partitions,
      comment,
    })),
  }
}

/** The document of `db schema show TABLE`. */
export function showTableDocument(result: ShowTableResult) {
  const { kind, database, table, rows, referredToBy, partitions, triggers, policies, rules } = result
  return {
    kind,
    database,
    table: tableDocument(table),
    rows,
    referredToBy: referredToBy.map(({ table: from, name, columns, references }) => ({
      table: from,
      name,
      columns,
      references: referenceDocument(references),
    })),
    partitions: partitions.map(({ name, bound }) => ({ name, bound })),
    triggers: triggers.map(partDocument),
    policies: policies.map(partDocument),
    rules: rules.map(partDocument),
  }
}

function partDocument({ name, definition, comment }: TablePart) {
  return { name, definition, comment }
}

function tableDocument(table: Table) {
  return {
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    unlogged: table.unlogged,
    partitionKey: table.partitionKey,
    partitionBound: table.partitionBound,
    inherits: table.inherits.map(keyOf),
    settings: table.settings,
    columns: table.columns.map(columnDocument),
    constraints: table.constraints.map(constraintDocument),
    indexes: table.indexes.map(indexDocument),
    comment: table.comment,
  }
}

function columnDocument(column: Column) {
  return {
    name: column.name,
    type: column.type,
    notNull: column.notNull,
    default: column.default,
    generated: column.generated && { expression: column.generated.expression, kind: column.generated.kind },
    identity: column.identity && { kind: column.identity.kind, sequence: column.identity.sequence },
    serial: column.serial,
    collation: column.collation,
    statistics: column.statistics,
    storage: column.storage,
    compression: column.compression,
    comment: column.comment,
  }
}

function constraintDocument({ name, kind, definition, columns, references, comment }: Constraint) {
  return { name, kind, definition, columns, references: references && referenceDocument(references), comment }
}

function referenceDocument({ schema, table, columns, onDelete, onUpdate }: Reference) {
  return { schema, table, columns, onDelete, onUpdate }
}

function indexDocument({ name, definition, unique, method, keys, more, valid, comment }: Index) {
  const shown = keys.map(({ text, isColumn, behind }) => ({ text, isColumn, behind }))
  return { name, definition, unique, method, keys: shown, more, valid, comment }
}
