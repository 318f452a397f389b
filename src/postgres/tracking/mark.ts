import type { Environment } from '../../core/environment.ts'
import { must } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { raiseMarkSql } from './records.ts'

/** Marks a database with a stricter environment where no run does that. @throws NselfError `migration-failed`. */
export function raiseMark(client: Client, environment: Environment): Promise<void> {
  return must(client, `BEGIN; ${raiseMarkSql(environment)}; COMMIT`)
}
