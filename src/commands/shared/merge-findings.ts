import { type CheckFinding, finding } from '../../core/check/finding.ts'
import type { RuleName } from '../../core/check-rules.ts'
import { orderInWords } from '../../core/merge/order-words.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { locateIn } from '../../core/migration/section-text.ts'
import type { BothOrders } from '../../postgres/proof/both-orders.ts'
import type { BaseComparison } from './base-branch.ts'

/**
 * What the files alone tell of a branch and the one it will be merged into.
 * @param commutes what is new on both sides is proven to make the same in either order.
 */
export function fileFindings(comparison: BaseComparison, commutes: boolean): CheckFinding[] {
  return [
    ...numberFindings(comparison, commutes),
    ...editFindings(comparison),
    ...goneFindings(comparison),
    ...comparison.missing.map(({ file, needs }) =>
      found(
        'merge/missing-dependency',
        file,
        `it depends on ${needs}, which is gone on one of both branches`,
        'bring that migration back, or change the line depends_on',
      ),
    ),
  ]
}

/** Numbers that the other branch has taken or gone past. */
function numberFindings({ ref, sameNumber, older }: BaseComparison, commutes: boolean): CheckFinding[] {
  const renumber = ({ name }: Migration) =>
    commutes
      ? `give it the next number: nself db migrate repair --renumber ${name}`
      : 'first make it work in both orders, then give it the next number'
  return [
    ...sameNumber.map(([file, other]) =>
      file.name === other.name
        ? found(
            'merge/same-number',
            file,
            `${ref} has a migration of this name too, with another UP`,
            'give yours another name and number',
          )
        : found('merge/same-number', file, `${other.name} of ${ref} has the same number`, renumber(file)),
    ),
    ...older.map(({ file, last }) =>
      found(
        'merge/older-number',
        file,
        `it has a lower number than ${last.name} of ${ref}: where that is applied, up refuses it as out of order`,
        renumber(file),
      ),
    ),
  ]
}

/** Files that one of both branches has changed, and that may be applied already. */
function editFindings({ ref, edited }: BaseComparison): CheckFinding[] {
  return edited.map(({ file, isHere }) =>
    isHere
      ? found(
          'merge/edited-file',
          file,
          `it differs from the one on ${ref}, which may be applied already`,
          `bring it back (git checkout ${ref} -- ${file.path}), and write the change as a new migration`,
        )
      : found(
          'merge/edited-file',
          file,
          `${ref} has changed it since this branch began; it may be applied already as it is here`,
          'write the change as a new migration there',
        ),
  )
}

/** Files that this branch has deleted or renamed. */
function goneFindings({ ref, gone }: BaseComparison): CheckFinding[] {
  return gone.map(({ file, now }) =>
    now === null
      ? found(
          'merge/deleted-file',
          file,
          `it is on ${ref} and not here any more; where it is applied it will be missing`,
          `bring it back: git checkout ${ref} -- ${file.path}`,
        )
      : found(
          'merge/deleted-file',
          file,
          `it is called ${now.name} here; where ${file.name} is applied, its file will be missing`,
          `restore its name: git mv ${now.path} ${file.path}`,
        ),
  )
}

/** What running both branches in either order has shown. */
export function orderFindings({ ref, newHere, newThere }: BaseComparison, orders: BothOrders): CheckFinding[] {
  if (orders.kind === 'same') return []
  if (orders.kind === 'differ') {
    const [file] = newHere
    if (file === undefined) return []
    const message = `with ${namesOf(newThere)} of ${ref} the schema depends on which of them runs first`
    const lines = orders.differences.map((one) => orderInWords(one, ref))
    return [
      found(
        'merge/order-matters',
        file,
        message,
        'decide which result is meant, and write it so that both orders produce it',
        lines,
      ),
    ]
  }
  const { file, before, failure } = orders
  const { message, detail } = failure.error
  const after = before.length === 0 ? 'on what both branches have' : `after ${namesOf(before)}`
  const one = found(
    'merge/order-fails',
    file,
    `${file.name} does not run ${after}: ${message}`,
    'make it run in both orders, or agree on one with whoever wrote the other',
    detail === undefined ? [] : [`DETAIL: ${detail}`],
  )
  if (failure.location === undefined) return [one]
  const { path, line, column } = failure.location
  return [{ ...one, place: { path, line, column } }]
}

function namesOf(files: readonly Migration[]): string {
  const names = files.map(({ name }) => name)
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

function found(
  rule: RuleName,
  file: Migration,
  message: string,
  instead: string,
  evidence: readonly string[] = [],
): CheckFinding {
  const { line, column } = locateIn(file.up, file.path, file.up.statements.at(0)?.start ?? 0, '', 0)
  return finding(rule, { migration: file.name, place: { path: file.path, line, column }, message, instead, evidence })
}
