import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../sql/quoting.ts'
import type { Other } from '../other.ts'
import { classSql, familySql } from './operator-families.ts'

/** Statements that make one of the kinds that the library does not know; none for another. */
export function createSql(item: Other): string[] {
  const { kind, schema, name, definition, properties = {} } = item
  const own = (bare: string) => quoteQualified(schema ?? '', bare)
  switch (kind) {
    case 'cast':
      return [castSql(name, definition)]
    case 'operator':
      return [operatorSql(schema ?? '', name, properties)]
    case 'conversion': {
      const { from = '', to = '', function: call = '', default: usual } = properties
      const first = usual === undefined ? 'CREATE' : 'CREATE DEFAULT'
      return [
        `${first} CONVERSION ${own(name)} FOR ${quoteLiteral(from)} TO ${quoteLiteral(to)} FROM ${bareFunction(call)}`,
      ]
    }
    case 'text search':
      return textSearchSql(name, definition, properties, own)
    case 'access method': {
      const type = properties.type === 'i' ? 'INDEX' : 'TABLE'
      return [
        `CREATE ACCESS METHOD ${quoteIdentifier(name)} TYPE ${type} HANDLER ${bareFunction(properties.handler ?? '')}`,
      ]
    }
    case 'language':
      return [languageSql(name, properties)]
    case 'transform': {
      const part = (word: string, call?: string) => (call === undefined ? [] : [`${word} SQL WITH FUNCTION ${call}`])
      return [
        `CREATE TRANSFORM ${name} (${[...part('FROM', properties['from SQL']), ...part('TO', properties['to SQL'])].join(', ')})`,
      ]
    }
    case 'operator family':
      return familySql(item)
    case 'operator class':
      return [classSql(item)]
    default:
      return []
  }
}

function languageSql(name: string, properties: Readonly<Record<string, string>>): string {
  const call = (word: string, text?: string) => (text === undefined ? [] : [`${word} ${bareFunction(text)}`])
  return [
    properties.trusted === undefined ? 'CREATE LANGUAGE' : 'CREATE TRUSTED LANGUAGE',
    quoteIdentifier(name),
    ...call('HANDLER', properties.handler),
    ...call('INLINE', properties.inline),
    ...call('VALIDATOR', properties.validator),
  ].join(' ')
}

/** The definition is method, context and function. */
function castSql(types: string, definition: string): string {
  const [, method, context, call] = /^(\S) (\S) ?(.*)$/s.exec(definition) ?? []
  const how = method === 'i' ? 'WITH INOUT' : method === 'b' ? 'WITHOUT FUNCTION' : `WITH FUNCTION ${call}`
  const as = context === 'i' ? ' AS IMPLICIT' : context === 'a' ? ' AS ASSIGNMENT' : ''
  return `CREATE CAST (${types}) ${how}${as}`
}

/** `int4eq(integer,integer)` where only the name may stand. */
const bareFunction = (text: string) => text.replace(/\([^()]*\)$/, '')

/** `public.===(integer,integer)` by name alone. */
function bareOperator(text: string): string {
  const [, schema, name] = /^(?:(.*)\.)?([^.(]+)\(.*\)$/s.exec(text) ?? []
  return schema === undefined ? (name ?? text) : `OPERATOR(${schema}.${name})`
}

function operatorSql(schema: string, path: string, properties: Readonly<Record<string, string>>): string {
  const [, name, left, right] = /^(\S+) \((.*), (.*)\)$/s.exec(path) ?? []
  const { function: call = '', commutator, negator, restrict, join, hashes, merges } = properties
  const parts = [
    `FUNCTION = ${bareFunction(call)}`,
    ...(left === undefined || left === '-' ? [] : [`LEFTARG = ${left}`]),
    ...(right === undefined || right === '-' ? [] : [`RIGHTARG = ${right}`]),
    ...(commutator === undefined ? [] : [`COMMUTATOR = ${bareOperator(commutator)}`]),
    ...(negator === undefined ? [] : [`NEGATOR = ${bareOperator(negator)}`]),
    ...(restrict === undefined ? [] : [`RESTRICT = ${bareFunction(restrict)}`]),
    ...(join === undefined ? [] : [`JOIN = ${bareFunction(join)}`]),
    ...(hashes === undefined ? [] : ['HASHES']),
    ...(merges === undefined ? [] : ['MERGES']),
  ]
  return `CREATE OPERATOR ${quoteIdentifier(schema)}.${name} (${parts.join(', ')})`
}

function textSearchSql(
  path: string,
  definition: string,
  properties: Readonly<Record<string, string>>,
  own: (bare: string) => string,
): string[] {
  const place = path.indexOf(' ')
  const [what, name] = [path.slice(0, place), own(path.slice(place + 1))]
  const create = `CREATE TEXT SEARCH ${what.toUpperCase()} ${name}`
  const call = (key: string, word: string) => {
    const found = properties[key]
    return found === undefined ? [] : [`${word} = ${bareFunction(found)}`]
  }
  switch (what) {
    case 'template':
      return [`${create} (${[...call('init', 'INIT'), ...call('lexize', 'LEXIZE')].join(', ')})`]
    case 'parser': {
      const parts = [
        ...call('start', 'START'),
        ...call('get token', 'GETTOKEN'),
        ...call('end', 'END'),
        ...call('lexical types', 'LEXTYPES'),
        ...call('headline', 'HEADLINE'),
      ]
      return [`${create} (${parts.join(', ')})`]
    }
    case 'dictionary':
      return [`${create} (${definition})`]
    default:
      return [
        `${create} (${definition})`,
        ...(properties.mapping ?? '')
          .split('; ')
          .flatMap((item) => (item === '' ? [] : [`ALTER TEXT SEARCH CONFIGURATION ${name} ADD MAPPING FOR ${item}`])),
      ]
  }
}
