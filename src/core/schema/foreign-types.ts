/** Types of several words as some tools write them when they read SQL. */
const glued = new Map(
  [
    'character varying',
    'bit varying',
    'double precision',
    'timestamp with time zone',
    'timestamp without time zone',
    'time with time zone',
    'time without time zone',
  ].map((type) => [type.replaceAll(' ', ''), type]),
)

/** An expression of such tools with its spaces: `'a'::charactervarying`, `now()ATTIMEZONE'utc'`. */
export function withSpaces(sql: string): string {
  return sql.replaceAll(')ATTIMEZONE', ') AT TIME ZONE ').replace(/(::\s*)(\w+)/g, (cast, before, type) => {
    const spaced = glued.get(type.toLowerCase())
    return spaced === undefined ? cast : `${before}${spaced}`
  })
}

/** Types of other databases and of ORMs that DBML files use, and what PostgreSQL has for them. */
const equivalents = new Map(
  Object.entries({
    datetime: 'timestamp',
    datetime2: 'timestamp',
    smalldatetime: 'timestamp',
    datetimeoffset: 'timestamptz',
    datetimetz: 'timestamptz',
    timestamp_ltz: 'timestamptz',
    timestamp_tz: 'timestamptz',
    timestamp_ntz: 'timestamp',
    year: 'smallint',
    tinyint: 'smallint',
    mediumint: 'integer',
    int16: 'smallint',
    int32: 'integer',
    int64: 'bigint',
    uint: 'bigint',
    uint32: 'bigint',
    long: 'bigint',
    number: 'numeric',
    double: 'double precision',
    float32: 'real',
    float64: 'double precision',
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
    sysname: 'varchar',
    bytes: 'bytea',
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
    // Without its values: any text.
    enum: 'text',
    set: 'text',
    nclob: 'text',
    sql_variant: 'text',
    xmltype: 'xml',
    smallmoney: 'numeric',
    bignumeric: 'numeric',
    binary_float: 'real',
    binary_double: 'double precision',
    raw: 'bytea',
    rowversion: 'bytea',
    uint8: 'smallint',
    uint16: 'integer',
    uint64: 'numeric',
    datetime64: 'timestamp',
  }),
)

/** Those that keep their length or precision. */
const sized = /^(?:var)?char$|^(?:numeric|decimal)$|^timestamp(?:tz)?$/
/** PostgreSQL's own, which take no length, but get one from other databases: `int(11)`, `varchar(max)`. */
const withoutSize =
  /^(?:int|integer|int2|int4|int8|bigint|smallint|text|bool|boolean|date|json|jsonb|uuid|float|float4|float8|real|double precision|bytea|varchar)$/

/**
 * The PostgreSQL type for one of another database, or null when it is none that is known.
 * @param type as written: `nvarchar(255)`, `int(11) unsigned`.
 */
export function equivalentOf(type: string): string | null {
  // Several of a few words, with commas between them.
  if (/^set\s*\(.*\)$/is.test(type.trim())) return 'text'
  const match = /^([\w ]+?)\s*(?:\(([^)]*)\))?\s*((?:unsigned|signed|zerofill|\s)*)((?:\[\])*)$/i.exec(type.trim())
  if (match === null) return null
  const [, word = '', size, attributes = '', array = ''] = match
  const name = word.toLowerCase().replace(/ (?:unsigned|signed)$/, '')
  // With its values it is an enum of its own.
  if (name === 'enum' && size !== undefined) return null
  const other = attributes.trim() !== '' || name !== word.toLowerCase()
  const wider = /unsigned/i.test(type) && /^(?:int|integer)$/.test(name) ? 'bigint' : undefined
  const own = (withoutSize.test(name) && size !== undefined) || other ? name : undefined
  const base = wider ?? glued.get(name) ?? equivalents.get(name) ?? own
  if (base === undefined) return null
  const written = size?.replace(/\s*(?:char|byte)$/i, '')
  // PostgreSQL keeps six places of a second, which is what it has without a word.
  const length = /^timestamp/.test(base) && Number(written) > 6 ? undefined : written
  return `${base}${length !== undefined && sized.test(base) && /^\d+(?:\s*,\s*\d+)?$/.test(length) ? `(${length})` : ''}${array}`
}

const serials = new Map(
  Object.entries({
    serial: 'integer',
    serial4: 'integer',
    bigserial: 'bigint',
    serial8: 'bigint',
    smallserial: 'smallint',
    serial2: 'smallint',
  }),
)

/** serial and its kin are no types, but a type with a sequence; null for any other. */
export function serialType(type: string): string | null {
  return serials.get(type.trim().toLowerCase()) ?? null
}
