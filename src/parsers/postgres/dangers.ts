import type { Allowed } from '../../core/effect.ts'
import { Made } from '../../core/effects/danger.ts'
import type { Reach } from '../../core/effects/harmless.ts'
import type { NselfError } from '../../core/errors.ts'
import { loadParser, parserMajor, unparsable } from './parser.ts'
import { type Finding, type Inspected, type LookOptions, ScriptLook } from './script-look.ts'
import type { Unparsable } from './section-parser.ts'

/** What the parse tree says of one file. */
interface FileLook {
  readonly reach: Reach
  /** Rewrites of tables that lose nothing. */
  readonly rewrites: readonly Allowed[]
  /** Anything with the tables that an earlier attempt at it has made. */
  readonly own: readonly Allowed[]
}

export interface Inspection {
  readonly findings: readonly Finding[]
  /** By name. */
  readonly files: ReadonlyMap<string, FileLook>
  /** What cannot be parsed, which nothing was found of. */
  readonly faults: readonly Unparsable[]
  /** For the first statement that would hide what is done. */
  readonly refusal: NselfError | null
}

/**
 * What these scripts destroy, by PostgreSQL's own parser, also inside DO blocks as far as it can see; and what it cannot
 * parse. No tree is kept: of a file they would take many times its size.
 */
export async function readScripts(scripts: readonly Inspected[], options: LookOptions): Promise<Inspection> {
  const parser = await loadParser()
  const made = new Made()
  const looks = scripts.map((script) => {
    const look = new ScriptLook(parser, script, made, options)
    look.all()
    made.endFile()
    return { look, name: script.name }
  })
  return {
    findings: looks.flatMap(({ look }) => look.findings),
    files: new Map(looks.map(({ name, look: { reach, rewrites, own } }) => [name, { reach, rewrites, own }])),
    faults: looks.flatMap(({ look }) => look.faults),
    refusal: looks.find(({ look }) => look.refusal !== null)?.look.refusal ?? null,
  }
}

/**
 * The same of scripts that are refused where they cannot be parsed.
 * @throws NselfError as `refuseUnread`.
 * @param major that of the server: what it may understand though our parser does not is no fault.
 */
export async function inspect(scripts: readonly Inspected[], major = parserMajor): Promise<Inspection> {
  const inspection = await readScripts(scripts, { major, bodies: false })
  refuseUnread(inspection)
  return inspection
}

/**
 * @throws NselfError `invalid-migration` for the first statement that PostgreSQL cannot parse, `refused` for one that
 * would hide what is done.
 */
export function refuseUnread({ faults, refusal }: Inspection): void {
  const first = faults.find(({ inBody, leftToServer }) => !inBody && !leftToServer)
  if (first !== undefined) throw unparsable(first)
  if (refusal !== null) throw refusal
}

/** True when one of these texts may hold what `inspect` finds: a cheap look that spares loading the parser. */
export function maybeDangerous(sql: string): boolean {
  return /\b(?:drop|truncate|delete|update|type|merge|unlogged)\b/i.test(sql)
}
