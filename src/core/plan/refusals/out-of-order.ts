import { NselfError } from '../../errors.ts'
import { listNames } from '../../migration/entry-words.ts'
import type { Entry, State } from '../../migration/state.ts'

/** What comes before something applied, and would run after it. @throws NselfError `refused`, unless it is allowed. */
export function refuseOutOfOrder(
  chosen: readonly Entry[],
  { entries }: State,
  { allowOutOfOrder = false }: { readonly allowOutOfOrder?: boolean | undefined },
): void {
  const late = chosen.filter((entry) => entry.outOfOrder)
  if (late.length === 0 || allowOutOfOrder) return
  const [have, number] = late.length === 1 ? ['has', 'a lower number'] : ['have', 'lower numbers']
  const last = entries.findLast(({ status }) => status === 'applied')
  const applied = last === undefined ? 'what is already applied' : `${last.name}, which is already applied`
  throw new NselfError('refused', `${listNames(late)} ${have} ${number} than ${applied}`, {
    hint: `to give it the next number: nself db migrate repair --renumber ${late[0]?.name}; to apply it as it is: nself db migrate up --allow-out-of-order`,
  })
}
