import { NselfError } from '../../errors.ts'
import type { State } from '../../migration/state.ts'

/** What is pending here, but did its work already under another number. */
export function refuseRenumbered({ entries }: State): void {
  const found = entries.filter(({ sameAs }) => sameAs !== null)
  const [first] = found
  if (first?.sameAs == null) return
  const flags = found.map(({ version, sameAs }) => `--renamed ${sameAs?.version}=${version}`).join(' ')
  throw new NselfError(
    'refused',
    `${first.name} has the same text as ${first.sameAs.name}, which is applied and whose file is gone: its work would be done twice`,
    {
      hint: `if it was renamed: nself db migrate repair ${flags}; to run it again on purpose, write in it: -- nself: allow same-text because REASON; nothing was run`,
    },
  )
}
