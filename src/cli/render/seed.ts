import type { SeedResult, SeedStatusResult, SeedUsersResult } from '../../commands/shared/seed-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { cutTo, displayWidth, padTo } from '../../core/display-width.ts'
import { counted, durationText } from '../../core/quantities.ts'
import { timeZone } from '../../project/time-zone.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import { effectLines } from './migrate.ts'
import type { Paint } from './paint.ts'
import { localTime } from './status-table.ts'

/** How many seeds ran, with what they did to rows above it. */
export function renderSeed({ steps, unchanged, database, durationMs }: SeedResult): string {
  const where = databaseName(database)
  if (steps.length === 0 && unchanged === 0)
    return withGivenFlags(`Nothing to seed on ${where}: there are no seeds\n${firstSeed}`)
  if (steps.length === 0) return `Nothing to seed on ${where}: ${counted(unchanged, 'seed')} unchanged`
  const rest = unchanged === 0 ? '' : `; ${unchanged} unchanged`
  const line = `Ran ${counted(steps.length, 'seed')} on ${where} in ${durationText(durationMs)}${rest}`
  return [...steps.flatMap(effectLines), line].join('\n')
}

const firstSeed = 'Next: nself db seed create categories'

const statusWidth = 8
const shortestName = 12

/** A table of the seeds with their states, and their counts. Where there is no room, when they ran is left out; never the state. */
export function renderSeedStatus(
  { seeds: all, database, environment }: SeedStatusResult,
  paint: Paint,
  room: number,
): string {
  const where = `${databaseName(database)} (${environment})`
  if (all.length === 0) return withGivenFlags(`No seeds yet for ${where}\n${firstSeed}`)
  const colours = { applied: paint.green, pending: paint.yellow, edited: paint.yellow, missing: paint.red }
  const widest = Math.max(...all.map((item) => displayWidth(item.name)), 4)
  const width = Math.min(widest, Math.max(shortestName, room - statusWidth - 2))
  const whens = all.map(({ appliedAt, durationMs }) =>
    appliedAt === null ? '' : `${localTime(appliedAt)}  ${durationText(durationMs ?? 0)}`,
  )
  const fits = width + statusWidth + 4 + Math.max(...whens.map(displayWidth)) <= room
  const rows = all.map(({ name, status }, i) => {
    const when = fits ? (whens[i] ?? '') : ''
    return `${padTo(cutTo(name, width), width)}  ${colours[status](status.padEnd(statusWidth))}  ${when}`.trimEnd()
  })
  const counts = (['applied', 'pending', 'edited', 'missing'] as const).flatMap((status) => {
    const n = all.filter((item) => item.status === status).length
    return n === 0 ? [] : [`${n} ${status}`]
  })
  const zone = fits && all.some(({ appliedAt }) => appliedAt !== null) ? [`times in ${timeZone()}`] : []
  return [
    paint.bold(`${'Seed'.padEnd(width)}  ${'Status'.padEnd(statusWidth)}  ${fits ? 'Applied at' : ''}`.trimEnd()),
    ...rows,
    '',
    fold([counts.join(', '), where, ...zone].join(' · '), room),
    ...(all.some(({ status }) => status === 'pending') ? [withGivenFlags('Next: nself db seed')] : []),
  ].join('\n')
}

/** The users that were added, with their passwords, which nobody can look up later. */
export function renderUsers(result: SeedUsersResult, paint: Paint): string {
  const { added, existing, database, passwords, accounts, testPassword } = result
  const lines = [
    `Added ${counted(added.length, 'user')} to ${databaseName(database)}${existing === 0 ? '' : `; ${counted(existing, 'user')} already existed`}`,
  ]
  if (accounts.length > 0 && testPassword !== null) {
    lines.push(`Sign in as ${accounts.join(', ')}, or any of them, with the password ${paint.bold(testPassword)}`)
  }
  if (passwords.length === 0) return lines.join('\n')
  const width = Math.max(...passwords.map((one) => displayWidth(one.email)))
  const rows = passwords.map(({ email, password }) => `  ${padTo(email, width)}  ${paint.bold(password)}`)
  return [...lines, 'Their passwords are shown only once and stored nowhere:', ...rows].join('\n')
}
