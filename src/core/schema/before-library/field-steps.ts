import { keyOf } from '../../sql/qualified-name.ts'
import { quoteQualified } from '../../sql/quoting.ts'
import type { Catalog } from '../catalog.ts'
import { plainChange } from '../generated-statement.ts'
import type { FirstStep } from './relation-steps.ts'

/** A field of a composite type under another name, at its place and of its type, is renamed: columns of it keep their values. */
export function fieldSteps(have: Catalog, want: Catalog): FirstStep[] {
  const after = new Map(want.others.map((item) => [item.kind === 'type' ? keyOf(item) : '', item]))
  return have.others.flatMap((item) => {
    const then = item.kind === 'type' ? after.get(keyOf(item)) : undefined
    if (then === undefined || then.definition === item.definition) return []
    const [old, fresh] = [fieldsOf(item.definition), fieldsOf(then.definition)]
    const has = (fields: readonly Field[], wanted: string) => fields.some(({ name }) => name === wanted)
    return old.flatMap(({ name, type }, at): FirstStep[] => {
      const field = fresh[at]
      if (field === undefined || field.type !== type || has(fresh, name) || has(old, field.name)) return []
      const alter = `ALTER TYPE ${quoteQualified(item.schema ?? '', item.name)}`
      return [[plainChange(`${alter} RENAME ATTRIBUTE ${name} TO ${field.name} CASCADE`, null)]]
    })
  })
}

interface Field {
  /** Quoted where it has to be. */
  readonly name: string
  /** With its collation. */
  readonly type: string
}

/** Of `(street text, "Zip code" numeric(5,0))`; none of what is no list of fields. */
function fieldsOf(definition: string): Field[] {
  const [, list] = /^\((.*)\)$/s.exec(definition) ?? []
  const fields = list?.match(/(?:[^,("]|"(?:[^"]|"")*"|\([^()]*\))+/g) ?? []
  return fields.flatMap((text) => {
    const [, name, type] = /^\s*("(?:[^"]|"")*"|\S+) (.*)$/s.exec(text) ?? []
    return name === undefined || type === undefined ? [] : [{ name, type }]
  })
}
