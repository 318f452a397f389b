import type { PartChoices } from '../../../core/check/choices.ts'
import type { CheckFinding } from '../../../core/check/finding.ts'
import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { compare } from '../../../core/migration/state.ts'
import { type BothOrders, bothOrders } from '../../../postgres/proof/both-orders.ts'
import { type BaseComparison, compareWithBase } from '../base-branch.ts'
import type { Context } from '../context.ts'
import { fileFindings, orderFindings } from '../merge-findings.ts'
import { withScratchFor } from '../scratch-server.ts'
import { done, type PartFound } from './part-found.ts'
import type { CheckScope } from './scope.ts'

/**
 * Whether the migrations here go together with those of the branch they are to be merged into: by their files, and by
 * running what is new on both sides in either order.
 */
export async function checkMerge(context: Context, scope: CheckScope, { base }: PartChoices): Promise<PartFound> {
  context.progress(`comparing with ${base}`)
  const comparison = await compareWithBase(context, scope.files, base ?? '')
  const { newHere, newThere, missing } = comparison
  if (newHere.length === 0 || newThere.length === 0) return { findings: fileFindings(comparison, true), outcome: done }
  // What needs a migration that is gone cannot be put in any order.
  if (missing.length > 0)
    return incomplete(comparison, `${missing[0]?.file.name} depends on a migration that is gone`, [])
  try {
    const orders = await proveOrders(context, scope, comparison)
    const found = orderFindings(comparison, orders)
    if (orders.kind === 'fails' && orders.before.length === 0)
      return incomplete(comparison, `${orders.file.name} does not run on what both branches have`, found)
    return { findings: [...fileFindings(comparison, orders.kind === 'same'), ...found], outcome: done }
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    const { message, location } = error
    return incomplete(
      comparison,
      `${message}${location === undefined ? '' : ` (${location.path}:${location.line})`}`,
      [],
    )
  }
}

/** Renumbering is only proposed where it is proven to change nothing. */
function incomplete(comparison: BaseComparison, reason: string, found: readonly CheckFinding[]): PartFound {
  return { findings: [...fileFindings(comparison, false), ...found], outcome: { outcome: 'incomplete', reason } }
}

function proveOrders(context: Context, { live }: CheckScope, comparison: BaseComparison): Promise<BothOrders> {
  const { here, there, newHere, newThere } = comparison
  const fresh = new Set([...newHere, ...newThere])
  const named = new Set(there.map(({ name }) => name))
  const ordered = compare([...here, ...newThere], []).entries.flatMap(({ file }) => file ?? [])
  const common = ordered.filter((file) => !fresh.has(file) && named.has(file.name))
  const of = (files: readonly Migration[]) => ordered.filter((file) => files.includes(file))
  const parts = [common, of(newHere), of(newThere)] as const
  return withScratchFor(context, live === null ? {} : { live }, async ({ scratch, keepTemplate, replay, ready }) => {
    const all = parts.flat()
    const made = await ready(all)
    const originals = new Map(made.map((file, i) => [file, all[i] ?? file]))
    const [from, to] = [parts[0].length, parts[0].length + parts[1].length]
    const branches = { common: made.slice(0, from), here: made.slice(from, to), there: made.slice(to) }
    const orders = await bothOrders(scratch, branches, keepTemplate, replay)
    if (orders.kind !== 'fails') return orders
    const original = (file: Migration) => originals.get(file) ?? file
    return { ...orders, file: original(orders.file), before: orders.before.map(original) }
  })
}
