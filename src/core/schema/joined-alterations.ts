import type { Change } from './generated-statement.ts'

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const ofColumn = 'TYPE|SET DEFAULT|DROP DEFAULT|SET NOT NULL|DROP NOT NULL'
const alteration = new RegExp(
  `^(ALTER TABLE (?:ONLY )?${name}\\.${name}) ((?:ALTER COLUMN (${name}) (${ofColumn})|(ADD COLUMN|DROP COLUMN|ADD CONSTRAINT|DROP CONSTRAINT) (${name}))(?!\\w).*)$`,
  's',
)

/** One thing that ALTER TABLE does, of those that stand in one statement with others. */
interface Alteration {
  /** `ALTER TABLE app.users` */
  readonly head: string
  readonly action: string
  readonly verb: string
  /** The column or the constraint. */
  readonly subject: string
}

/**
 * The same statements, where those that alter one table and follow one another are one: PostgreSQL then takes its lock
 * once, and reads or writes the table once for all of them.
 */
export function joined(changes: readonly Change[]): Change[] {
  const done: Change[] = []
  for (const change of changes) {
    const last = done.at(-1)
    const both = last === undefined ? null : together(last, change)
    if (both === null) done.push(change)
    else done[done.length - 1] = both
  }
  return done
}

function together(one: Change, other: Change): Change | null {
  if (one.keepsPlace === true || other.keepsPlace === true) return null
  const parts = [...partsOf(one), ...partsOf(other)]
  const alterations = parts.flatMap((sql) => alterationOf(sql) ?? [])
  const [first] = alterations
  if (first === undefined || alterations.length < parts.length || one.freesKey !== other.freesKey) return null
  if (!alterations.every(({ head }, at) => head === first.head && fits(alterations, at))) return null
  const inOrder = sorted(alterations)
  const sql = `${first.head} ${inOrder.map(({ action }) => action).join(', ')}`
  return { ...one, sql, parts: inOrder.map(({ head, action }) => `${head} ${action}`) }
}

/** The alterations that one statement makes, each by itself. */
export function partsOf({ sql, parts }: Pick<Change, 'sql' | 'parts'>): readonly string[] {
  return parts ?? [sql]
}

/** What was joined, each statement by itself again. */
export function separate(changes: readonly Change[]): Change[] {
  return changes.flatMap(({ parts, ...change }) =>
    parts === undefined ? [change] : parts.map((sql) => ({ ...change, sql })),
  )
}

/** Null for what stands alone: a reference reads two tables, and a name is changed by itself. */
function alterationOf(sql: string): Alteration | null {
  const [, head, action, column, ofColumn, verb = ofColumn, subject = column] = alteration.exec(sql) ?? []
  if (head === undefined || action === undefined || verb === undefined || subject === undefined) return null
  return verb === 'ADD CONSTRAINT' && / (?:FOREIGN KEY|USING INDEX) /.test(action)
    ? null
    : { head, action, verb, subject }
}

const opposite: Readonly<Record<string, readonly string[]>> = {
  'DROP DEFAULT': ['SET DEFAULT'],
  'DROP NOT NULL': ['SET NOT NULL'],
  'SET NOT NULL': ['DROP NOT NULL'],
  'DROP COLUMN': ['ADD COLUMN'],
  TYPE: ['ADD COLUMN'],
  'DROP CONSTRAINT': ['ADD CONSTRAINT'],
}

/** In one statement PostgreSQL drops first, and changes types before it adds anything. */
function fits(all: readonly Alteration[], at: number): boolean {
  const own = all[at]
  return all
    .slice(0, at)
    .filter(({ subject }) => subject === own?.subject)
    .every(({ verb }) => verb !== own?.verb && !opposite[own?.verb ?? '']?.includes(verb))
}

const ranks = ['DROP CONSTRAINT', 'DROP COLUMN', 'ADD COLUMN', '', 'ADD CONSTRAINT']
const ranksOfColumn = ['DROP NOT NULL', 'DROP DEFAULT', 'TYPE', 'SET DEFAULT', 'SET NOT NULL']

/** What goes, what comes, what becomes of each column: a default before its NOT NULL; then what all of them have to fulfil. */
function sorted(all: readonly Alteration[]): Alteration[] {
  const columns = [...new Set(all.map(({ subject }) => subject))]
  const place = ({ verb, subject }: Alteration) => {
    const isOfColumn = ranksOfColumn.includes(verb)
    const within = isOfColumn ? columns.indexOf(subject) * ranksOfColumn.length + ranksOfColumn.indexOf(verb) : 0
    return ranks.indexOf(isOfColumn ? '' : verb) * all.length * ranksOfColumn.length + within
  }
  return all.toSorted((a, b) => place(a) - place(b))
}
