import { NselfError } from '../errors.ts'
import { shortName } from '../sql/qualified-name.ts'
import type { Design } from './design.ts'
import { type Rename, renameFlag } from './renames.ts'

/**
 * Nothing is renamed to what the design does not have: that would make it, only to drop it.
 * @throws NselfError `usage`.
 */
export function refuseUnknownTargets(renames: readonly Rename[], design: Design): void {
  for (const rename of renames) {
    const missing = missingTarget(rename, renames, design)
    if (missing === null) continue
    throw new NselfError('usage', `--rename ${renameFlag(rename)}: the design has no ${missing}`, {
      hint: 'write the name that the design has; nothing was written',
    })
  }
}

/** `table nothing`, `column users.nothing`; null where the design has it. */
function missingTarget(rename: Rename, renames: readonly Rename[], { tables, enums }: Design): string | null {
  switch (rename.kind) {
    case 'schema':
      return [...tables, ...enums].some(({ schema }) => schema === rename.to) ? null : `schema ${rename.to}`
    case 'table':
    case 'enum': {
      const list = rename.kind === 'table' ? tables : enums
      const toSchema = schemaAfter(rename.toSchema, renames)
      const isThere = list.some(({ schema, name }) => schema === toSchema && name === rename.to)
      return isThere ? null : `${rename.kind} ${shortName(toSchema, rename.to)}`
    }
    case 'column': {
      const owner = placeAfter('table', rename.schema, rename.table, renames)
      const table = tables.find(({ schema, name }) => schema === owner.schema && name === owner.name)
      const isThere = table?.columns.some(({ name }) => name === rename.to)
      return isThere ? null : `column ${shortName(owner.schema, owner.name, rename.to)}`
    }
    case 'label': {
      const owner = placeAfter('enum', rename.schema, rename.ofEnum, renames)
      const found = enums.find(({ schema, name }) => schema === owner.schema && name === owner.name)
      const isThere = found?.labels.includes(rename.to)
      return isThere ? null : `value ${rename.to} in the enum ${shortName(owner.schema, owner.name)}`
    }
    // Nobody names these: they are found by what the design has.
    case 'constraint':
    case 'index':
      return null
  }
}

function placeAfter(kind: 'table' | 'enum', schema: string, name: string, renames: readonly Rename[]) {
  const moved = renames.find((one) => one.kind === kind && one.schema === schema && one.name === name)
  const place = moved?.kind === kind ? { schema: moved.toSchema, name: moved.to } : { schema, name }
  return { ...place, schema: schemaAfter(place.schema, renames) }
}

function schemaAfter(schema: string, renames: readonly Rename[]): string {
  return renames.find((one) => one.kind === 'schema' && one.name === schema)?.to ?? schema
}
