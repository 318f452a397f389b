import { databaseName } from '../../core/database-name.ts'
import { NselfError } from '../../core/errors.ts'
import { namesMadeFirst } from '../../core/migration/made-names.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { counted } from '../../core/quantities.ts'
import { readUntracked } from '../../postgres/catalog/untracked.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import type { Context, Look } from './context.ts'

/**
 * Before the first run of all: a database that has tables already is told, with the way to take it over.
 * @throws NselfError `refused` where the first migration would make what is there.
 */
export async function refuseUntracked(
  { tell }: Context,
  client: Client,
  { history }: Look,
  plan: Plan,
  database: string,
): Promise<void> {
  const { hasTables, movedTo } = history.facts
  const [first] = plan.steps
  if (!hasTables || movedTo !== null || plan.action !== 'up' || first === undefined) return
  const up = first.file?.up ?? null
  const { tables, some, taken } = await readUntracked(client, up === null ? [] : namesMadeFirst(up))
  if (tables === 0) return
  const what = `${counted(tables, 'table')} (${some.join(', ')}${tables > some.length ? ', …' : ''})`
  const adopt = 'nself db adopt'
  if (taken === null) {
    tell(
      `Note: ${databaseName(database)} has ${what} that nself does not track; a database is taken over before its first migration, with ${adopt}`,
    )
    return
  }
  throw new NselfError('refused', `${first.name} creates ${taken}, which ${databaseName(database)} has already`, {
    hint: `it has ${what} that nself does not track; if these files made ${tables === 1 ? 'it' : 'them'}: nself db migrate repair --infer; otherwise move ${first.file?.path ?? first.name} elsewhere and take the database over as it is: ${adopt}`,
  })
}
