/** What is wrong with a place of a design, and what to write there. */
export interface SyntaxAdvice {
  readonly message: string
  readonly hint: string
}

/** What a line says: the line, and what of it begins at the fault. */
interface Line {
  readonly line: string
  readonly rest: string
}

interface Rule {
  /** What the parser says. */
  readonly diagnostic: RegExp
  /** Null where the rule does not hold for the line. */
  readonly advice: (line: Line, said: RegExpExecArray) => SyntaxAdvice | null
}

const general = 'fix the file; its syntax: https://dbml.dbdiagram.io/docs'

/** Settings that people write and DBML does not have. */
const settings = new Map(
  Object.entries({
    nullable: 'leave it out: a column takes nulls unless it says [not null]',
    optional: 'leave it out: a column takes nulls unless it says [not null]',
    required: 'write [not null]',
    auto_increment: 'write [increment]',
    autoincrement: 'write [increment]',
    identity: 'write [increment]',
    unsigned: 'leave it out, or take the next larger type, such as bigint',
    fk: 'write [ref: > table.column]',
    'foreign key': 'write [ref: > table.column]',
    index: 'name the column under indexes { column }',
  }),
)

const words = String.raw`(?:"[^"]*"|\S+)`

const rules: readonly Rule[] = [
  {
    diagnostic: /^Custom setting '(.+)' must be/,
    advice: (_line, [, setting = '']) => ({
      message: `${setting} is not a setting of a column`,
      hint:
        settings.get(setting.toLowerCase()) ??
        'write one of [pk, not null, null, unique, increment, default, note, ref], or take it out',
    }),
  },
  { diagnostic: /./, advice: blockWithBrackets },
  { diagnostic: /^A column must have a type|^These fields must be|^Inline column settings/, advice: sqlLine },
  { diagnostic: /^A column must have a type/, advice: lineWithoutType },
  { diagnostic: /^Invalid column type/, advice: settingsInsteadOfType },
  { diagnostic: /^Inline column settings|^These fields must be/, advice: wordsBehindType },
  {
    diagnostic: /^'default' must be/,
    advice: () => ({
      message: 'a default is a number, a text in quotes, or an expression in backticks',
      hint: "write it like [default: 'open'] or [default: `now()`]",
    }),
  },
  {
    diagnostic: /^'note' must be|^Invalid note/,
    advice: () => ({ message: 'a note is a text in quotes', hint: "write it like [note: 'what it is for']" }),
  },
  {
    diagnostic: /^'ref' must be/,
    advice: () => ({
      message: 'a reference says which way it goes',
      hint: 'write it like [ref: > users.id]: > from many to one, - one to one, < from one to many',
    }),
  },
  {
    diagnostic: /^((?:Table|Enum) '.*') already exists( in schema '.*')?/,
    advice: (_line, [, what = '', where = '']) => ({
      message: `${what.replace(/^./, (first) => first.toLowerCase())}${where} is in the design twice`,
      hint: 'take one of them out, or give it another name',
    }),
  },
  {
    diagnostic: /^(?:Table|Column|Enum|Schema) '.*' does not exist/,
    advice: (_line, { input }) => ({ message: input, hint: 'correct the name, or add it to the design' }),
  },
]

/**
 * What to tell a person where the parser of DBML stops.
 * @param line the line of the fault, and `rest` what begins at the fault.
 */
export function syntaxAdvice(diagnostic: string, line: Line): SyntaxAdvice {
  for (const { diagnostic: known, advice } of rules) {
    const said = known.exec(diagnostic)
    const given = said === null ? null : advice(line, said)
    if (given !== null) return given
  }
  return { message: diagnostic, hint: general }
}

function blockWithBrackets({ line }: Line): SyntaxAdvice | null {
  const block = /^\s*(indexes|checks)\s*:\s*[[{]?/i.exec(line)?.[1]
  return block === undefined
    ? null
    : {
        message: `${block} is a block in braces, without a colon`,
        hint: `write it like ${block} { ${block.toLowerCase() === 'checks' ? '`price > 0`' : '(a, b) [unique]'} }`,
      }
}

function sqlLine({ line }: Line): SyntaxAdvice | null {
  const clause = /^\s*((?:primary|foreign)\s+key|unique|check|constraint|references|index|key)\s*\w*\s*\(/i.exec(
    line,
  )?.[1]
  if (clause === undefined) return null
  return {
    message: `${clause.toUpperCase()} is SQL, not DBML`,
    hint: /^foreign|^references/i.test(clause)
      ? 'write [ref: > table.column] behind the column'
      : /^check/i.test(clause)
        ? 'write it under checks { `price > 0` }'
        : 'write [pk] or [unique] behind the column, or (a, b) [pk] under indexes { }',
  }
}

function lineWithoutType({ line }: Line): SyntaxAdvice {
  const name = new RegExp(String.raw`^.*?(${words})\s*$`).exec(line)?.[1] ?? line.trim()
  if (/^(?:indexes|checks|note|\{)$/i.test(name)) {
    return { message: 'the brace of a block stands on another line', hint: 'write it like indexes { on one line' }
  }
  return { message: `column ${name} has no type`, hint: `write one behind its name: ${name} text` }
}

function settingsInsteadOfType({ line, rest }: Line): SyntaxAdvice | null {
  if (/,\s*$/.test(line))
    return { message: 'a comma ends the line', hint: `leave it out: ${line.trim().replace(/,$/, '')}` }
  const name = new RegExp(String.raw`(${words})\s*$`).exec(line.slice(0, line.length - rest.length))?.[1]
  if (!rest.startsWith('[') || name === undefined) return null
  return {
    message: `column ${name} has no type`,
    hint: `write one before its settings: ${name} integer ${rest.trim()}`,
  }
}

function wordsBehindType({ line, rest }: Line): SyntaxAdvice | null {
  const column = new RegExp(String.raw`^\s*(${words})\s+([^[]+?)\s*(?:\[.*)?$`).exec(line)
  const [, name = '', type = ''] = column ?? []
  if (/^(?:not|null|unique|default|primary|references|auto_increment|collate|check)\b/i.test(rest)) {
    return {
      message: `${rest.trim()} is SQL, not DBML`,
      hint: 'write settings in brackets: [not null, unique, default: 5]',
    }
  }
  return type.includes(' ')
    ? { message: `the type ${type} has several words`, hint: `write it in quotes: ${name} "${type}"` }
    : null
}
