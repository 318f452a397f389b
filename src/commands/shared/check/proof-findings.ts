import { changeInWords, rowsInWords } from '../../../core/check/difference-words.ts'
import { type CheckFinding, finding } from '../../../core/check/finding.ts'
import type { RuleName } from '../../../core/check-rules.ts'
import { withOldType } from '../../../core/effects/danger.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import type { Section } from '../../../core/migration/section.ts'
import type { VariableValues } from '../../../core/migration/variables.ts'
import { deniedHint } from '../../../core/replay/denied.ts'
import { inspect } from '../../../parsers/postgres/dangers.ts'
import type { Finding } from '../../../parsers/postgres/script-look.ts'
import type { BrokenUp, Proof } from '../../../postgres/proof/prove-history.ts'
import type { SectionFailure } from '../../../postgres/proof/run-section.ts'
import { placeIn, placeOf } from '../found-at.ts'
import { type OldTypes, oldTypesIn } from './old-types.ts'

/** What the text of migrations tells without a server. */
export interface TextLook {
  /** Migrations without a DOWN, and what a DOWN cannot bring back. */
  readonly findings: readonly CheckFinding[]
  /** Whether a finding says that rows or values of a table are lost. */
  readonly tellsLoss: (file: Migration, table: string) => boolean
}

/**
 * The findings that the texts alone give, before anything is run.
 * @param all the whole history in its order, for the types that columns have before.
 */
export async function lookAtTexts(
  files: Iterable<Migration>,
  all: readonly Migration[],
  variables: VariableValues,
): Promise<TextLook> {
  const findings: CheckFinding[] = []
  let oldTypes: OldTypes | undefined
  const told = new Set<string>()
  for (const file of files) {
    const { name, path, up, down } = file
    // One by one: what the one before made is somebody's by the time this one runs. What cannot be parsed is found by another part.
    const inspection = await inspect([{ name, path, section: variables.standIn(up, path) }]).catch(() => ({
      findings: [],
    }))
    const isRetyped = inspection.findings.some(({ retype }) => retype !== undefined)
    if (isRetyped) oldTypes ??= await oldTypesIn(all, variables)
    const dangers = inspection.findings.flatMap((one) => withKnownType(one, file, oldTypes) ?? [])
    for (const one of dangers) {
      if (one.relation !== null && valuesLost(one).length > 0) told.add(`${name} ${one.relation.name}`)
    }
    findings.push(...(down === null ? [noDown(file)] : dangers.flatMap(valuesLost)))
  }
  return { findings, tellsLoss: (file, table) => told.has(`${file.name} ${lastWord(table)}`) }
}

/** By the type that its column has before; null for a change of type that does nothing to the values. */
function withKnownType(one: Finding, file: Migration, oldTypes: OldTypes | undefined): Finding | null {
  if (one.retype === undefined || one.relation === null) return one
  const from = oldTypes?.(file, one.relation, one.retype.column)
  return from === undefined ? one : withOldType(one, from)
}

/** `orders` of `public.orders`, without quotes. */
const lastWord = (table: string): string => (/("(?:[^"]|"")*"|[^".]*)$/.exec(table)?.[0] ?? '').replace(/^"|"$/g, '')

function noDown(file: Migration): CheckFinding {
  return finding('proof/no-down', {
    migration: file.name,
    place: placeIn(file, file.up),
    message: 'it has no DOWN: neither it nor anything applied before it can be reverted',
    instead: 'write a DOWN section; one that has nothing to do says -- nself: nothing-to-do',
    evidence: [],
  })
}

function valuesLost({ kind, object, what, takes, migration, location, destructive }: Finding): CheckFinding[] {
  const { path, line, column } = location
  const say = (message: string) =>
    finding('proof/values-lost', {
      migration,
      place: { path, line, column },
      message,
      instead: 'keep a copy in another table or column, or take a backup first',
      evidence: kind === 'retype' ? [what] : [],
    })
  if (!destructive) return []
  if (kind === 'drop-column') return [say(`the column ${object} comes back with DOWN, its values do not`)]
  if (kind === 'drop' && (takes?.type === 'table' || takes === undefined))
    return [say(`the table ${object} comes back with DOWN, its rows do not`)]
  if (kind === 'truncate' || kind === 'delete')
    return [say(`the rows of ${object} that are deleted do not come back with DOWN`)]
  return kind === 'retype' ? [say(`what the new type of ${object} cuts off does not come back with DOWN`)] : []
}

/** What was found of a migration that ran both ways. */
export function findingsOf({ file, ...proof }: Proof, { tellsLoss }: TextLook): CheckFinding[] {
  const { down } = file
  if (down === null) return []
  const migration = file.name
  const differs = (rule: RuleName, message: string, section: Section, evidence: readonly string[]) =>
    evidence.length === 0
      ? []
      : [finding(rule, { migration, place: placeIn(file, section), message, instead: undoAll, evidence })]
  const rows = proof.rowsDiffer.filter(({ table }) => !tellsLoss(file, table)).map(rowsInWords)
  return [
    ...failed('proof/down-fails', file, down, proof.downFails),
    ...differs(
      'proof/down-differs',
      'DOWN does not restore the previous schema',
      down,
      proof.downDiffers.map(changeInWords),
    ),
    ...failed('proof/up-again-fails', file, file.up, proof.upAgainFails),
    ...differs(
      'proof/up-again-differs',
      'UP produces a different schema after DOWN',
      file.up,
      proof.upAgainDiffers.map(changeInWords),
    ),
    ...differs('proof/rows-differ', 'DOWN restores the previous schema, but not the rows', down, rows),
    ...(proof.reorders ? reorderFindings(file) : []),
  ]
}

const undoAll = 'make DOWN undo all that UP does'

/** The finding that DOWN brings columns back in another order. */
export function reorderFindings(file: Migration): CheckFinding[] {
  const message =
    'the columns come back in another order with DOWN: INSERT without names and SELECT * are not as before'
  const place = placeIn(file, file.down ?? file.up)
  return [finding('proof/column-order', { migration: file.name, place, message, instead: '', evidence: [] })]
}

/** UP did not run, so that the history ends here. */
export function brokenFindings({ file, ...failure }: BrokenUp): CheckFinding[] {
  return failed('proof/up-fails', file, file.up, failure)
}

const failures = {
  'proof/up-fails': { what: 'UP does not run on a scratch database', instead: 'fix UP' },
  'proof/down-fails': { what: 'DOWN does not run on what UP has made', instead: 'fix DOWN' },
  'proof/up-again-fails': { what: 'UP does not run after DOWN', instead: undoAll },
} as const

function failed(
  rule: keyof typeof failures,
  file: Migration,
  section: Section,
  failure: SectionFailure | null,
): CheckFinding[] {
  if (failure === null) return []
  const { message, detail, hint, code } = failure.error
  const { what, instead } = failures[rule]
  const denied = deniedHint(code, message)
  return [
    finding(rule, {
      migration: file.name,
      place: failure.location === undefined ? placeIn(file, section) : placeOf(failure.location),
      message: `${what}: ${message}`,
      instead: denied === null ? instead : `${instead}; or, where the real run may do it: ${denied}`,
      evidence: [
        ...(detail === undefined ? [] : [`DETAIL: ${detail}`]),
        ...(hint === undefined ? [] : [`HINT: ${hint}`]),
      ],
    }),
  ]
}
