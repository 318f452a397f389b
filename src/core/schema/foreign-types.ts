/** Types of other databases that DBML files use, and what PostgreSQL has for them. */
const equivalents: Readonly<Record<string, string>> = {
  datetime: 'timestamp',
  datetime2: 'timestamp',
  smalldatetime: 'timestamp',
  datetimeoffset: 'timestamptz',
  timestamp_ltz: 'timestamptz',
  timestamp_ntz: 'timestamp',
  tinyint: 'smallint',
  mediumint: 'integer',
  uint: 'bigint',
  long: 'bigint',
  number: 'numeric',
  double: 'double precision',
  string: 'text',
  str: 'text',
  tinytext: 'text',
  mediumtext: 'text',
  longtext: 'text',
  clob: 'text',
  ntext: 'text',
  nvarchar: 'varchar',
  nvarchar2: 'varchar',
  varchar2: 'varchar',
  nchar: 'char',
  blob: 'bytea',
  tinyblob: 'bytea',
  mediumblob: 'bytea',
  longblob: 'bytea',
  binary: 'bytea',
  varbinary: 'bytea',
  image: 'bytea',
  uniqueidentifier: 'uuid',
  guid: 'uuid',
  object: 'jsonb',
  map: 'jsonb',
  dict: 'jsonb',
  array: 'jsonb',
}

/** Those that keep their length or precision. */
const sized = /^(?:var)?char$|^numeric$/
/** PostgreSQL's own, which take no length, but get one from other databases: `int(11)`. */
const withoutSize =
  /^(?:int|integer|int2|int4|int8|bigint|smallint|text|bool|boolean|date|json|jsonb|uuid|float8|real|double precision|bytea)$/

/**
 * The PostgreSQL type for one of another database, or null when it is none that is known.
 * @param type as written: `nvarchar(255)`, `int(11) unsigned`.
 */
export function equivalentOf(type: string): string | null {
  const match = /^([\w ]+?)\s*(?:\(([^)]*)\))?\s*(unsigned|zerofill)?\s*((?:\[\])*)$/i.exec(type.trim())
  if (match === null) return null
  const name = (match[1] as string).toLowerCase().replace(/ unsigned$/, '')
  const size = match[2]
  const array = match[4] ?? ''
  const known = equivalents[name] ?? (withoutSize.test(name) && size !== undefined ? name : undefined)
  const unsigned = match[3] !== undefined && /^(?:int|integer)$/.test(name) ? 'bigint' : undefined
  const base = unsigned ?? known ?? (match[3] === undefined ? undefined : name)
  if (base === undefined) return null
  return `${base}${size !== undefined && sized.test(base) && /^\d+(?:\s*,\s*\d+)?$/.test(size) ? `(${size})` : ''}${array}`
}

/** serial and its kin are no types, but a type with a sequence; null for any other. */
export function serialType(type: string): string | null {
  const known: Readonly<Record<string, string>> = {
    serial: 'integer',
    serial4: 'integer',
    bigserial: 'bigint',
    serial8: 'bigint',
    smallserial: 'smallint',
    serial2: 'smallint',
  }
  return known[type.trim().toLowerCase()] ?? null
}
