import type { SeedResult, SeedStatusResult, SeedUsersResult } from '../../commands/shared/seed-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { counted, durationText } from '../../core/quantities.ts'
import { cutTo, displayWidth, padTo } from './display-width.ts'
import { effectLines } from './migrate.ts'
import type { Paint } from './paint.ts'

/** How many seeds ran, with what they did to rows above it. */
export function renderSeed({ steps, unchanged, database, durationMs }: SeedResult): string {
  if (steps.length === 0)
    return `Nothing to seed on ${databaseName(database)}: ${unchanged === 0 ? 'there are no seeds' : `${counted(unchanged, 'seed')} unchanged`}`
  const rest = unchanged === 0 ? '' : `; ${unchanged} unchanged`
  const line = `Ran ${counted(steps.length, 'seed')} on ${databaseName(database)} in ${durationText(durationMs)}${rest}`
  return [...steps.flatMap(effectLines), line].join('\n')
}

const statusWidth = 8
const shortestName = 12

/** A table of the seeds with their states, and their counts. Where there is no room, when they ran is left out; never the state. */
export function renderSeedStatus(
  { seeds: all, database, environment }: SeedStatusResult,
  paint: Paint,
  room: number,
): string {
  if (all.length === 0) return `No seeds yet for ${databaseName(database)} (${environment})`
  const colours = { applied: paint.green, pending: paint.yellow, edited: paint.yellow, missing: paint.red }
  const widest = Math.max(...all.map((item) => displayWidth(item.name)), 4)
  const width = Math.min(widest, Math.max(shortestName, room - statusWidth - 2))
  const whens = all.map(({ appliedAt, durationMs }) =>
    appliedAt === null ? '' : `${appliedAt.slice(0, 19).replace('T', ' ')}  ${durationText(durationMs ?? 0)}`,
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
  return [
    paint.bold(`${'Seed'.padEnd(width)}  ${'Status'.padEnd(statusWidth)}  ${fits ? 'Applied at' : ''}`.trimEnd()),
    ...rows,
    '',
    `${counts.join(', ')} · ${databaseName(database)} (${environment})`,
  ].join('\n')
}

/** The users that were added, with their passwords, which nobody can look up later. */
export function renderUsers(result: SeedUsersResult, paint: Paint): string {
  const { added, existing, database, passwords, accounts, testPassword } = result
  const lines = [
    `Added ${counted(added.length, 'user')} to ${databaseName(database)}${existing === 0 ? '' : `; ${counted(existing, 'user')} there already`}`,
  ]
  if (accounts.length > 0 && testPassword !== null) {
    lines.push(`Sign in as ${accounts.join(', ')}, or any of them, with the password ${paint.bold(testPassword)}`)
  }
  if (passwords.length === 0) return lines.join('\n')
  const width = Math.max(...passwords.map((one) => one.email.length))
  const rows = passwords.map(({ email, password }) => `  ${email.padEnd(width)}  ${paint.bold(password)}`)
  return [...lines, 'Their passwords are shown only once and stored nowhere:', ...rows].join('\n')
}
