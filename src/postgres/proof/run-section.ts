import type { Location } from '../../core/location.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Section } from '../../core/migration/section.ts'
import { openSection } from '../../core/migration/section-text.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { placeOfFailure } from '../run/failure.ts'
import { messagesOf } from '../run/messages.ts'
import { beginSql, cleanSqlOf, type Failed, roleSql, sendMessages } from '../run/transaction.ts'
import { runBatches } from './run-batches.ts'

/** Why a section did not run. */
export interface SectionFailure {
  readonly error: ServerError
  /** Undefined where the server fails behind its last statement. */
  readonly location: Location | undefined
}

const settingsSql = 'SET LOCAL standard_conforming_strings = on'
/** As a run does it before each migration. */
const cleanSql = cleanSqlOf({ citusMode: null })
/** What follows is ours, not of the role that the section has set. */
const closingSql = 'SET CONSTRAINTS ALL IMMEDIATE; RESET SESSION AUTHORIZATION; RESET ROLE'

/** Runs a section within the transaction that is open. */
export async function runWithin(client: Client, file: Migration, section: Section): Promise<SectionFailure | null> {
  await send(client, [cleanSql, settingsSql, ...(section.role === null ? [] : [roleSql(section.role)])].join('; '))
  const failed = await sendMessages(client, messagesOf(section, openSection(section)))
  return failed === null ? failureOf(await send(client, closingSql)) : located(file, section, failed)
}

/** Runs a section as it is run otherwise: in a transaction of its own, or statement by statement, or in batches. */
export async function runAlone(client: Client, file: Migration, section: Section): Promise<SectionFailure | null> {
  await send(client, cleanSql)
  if (section.transaction) {
    await send(client, beginSql)
    const failure = await runWithin(client, file, section)
    if (failure === null) return failureOf(await send(client, 'COMMIT'))
    await send(client, 'ROLLBACK')
    return failure
  }
  if (section.role !== null) await send(client, `SET ROLE ${quoteIdentifier(section.role)}`)
  const failed = await (section.batch === null ? oneByOne(client, section) : runBatches(client, section, section.batch))
  await send(client, `${failed === null ? '' : 'ROLLBACK; '}RESET SESSION AUTHORIZATION; RESET ROLE`)
  return failed === null ? null : located(file, section, failed)
}

async function oneByOne(client: Client, section: Section): Promise<Failed | null> {
  const text = openSection(section)
  for (let at = 0; at < section.statements.length; at++) {
    const failed = await sendMessages(client, messagesOf(section, text, { first: at, end: at + 1 }))
    if (failed !== null) return failed
  }
  return null
}

const failureOf = ({ error }: Failed['outcome']): SectionFailure | null =>
  error === null ? null : { error, location: undefined }

function located(file: Migration, section: Section, { message, outcome }: Failed): SectionFailure | null {
  const { error } = outcome
  if (error === null) return null
  const step = { name: file.name, file }
  return { error, location: message === null ? undefined : placeOfFailure(step, section, message, outcome) }
}
