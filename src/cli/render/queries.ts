import type { QueriesRecordResult } from '../../commands/shared/queries-results.ts'
import { grouped } from '../../core/quantities.ts'
import { callsInWords } from '../../core/queries/calls.ts'
import { withGivenFlags } from './given-flags.ts'

/** What was recorded, what was not, and what to do with the file. */
export function renderQueries(result: QueriesRecordResult): string {
  const { path, queries, source, mostCalled, per, after } = result
  const left = leftOutWords(result)
  return [
    `Recorded ${countOf(queries, 'query', 'queries')} in ${path}, from ${source}`,
    ...(mostCalled === null
      ? []
      : [`  Most called, ${callsInWords(mostCalled.calls, per)}: ${shortened(mostCalled.text)}`]),
    ...(after === null ? [] : [`  Checked with what comes after ${after}`]),
    ...(left === '' ? [] : [`  Left out: ${left}`]),
    `Next: commit it; ${withGivenFlags('nself db check')} then says which of these queries a migration breaks`,
  ].join('\n')
}

function leftOutWords({ leftOut, hidden }: QueriesRecordResult): string {
  const parts: [number, string][] = [
    [leftOut.utility, 'that define or set something'],
    [leftOut.own, 'of nself, of migrations and of the catalogs'],
    [leftOut.unreadable, 'that cannot be parsed'],
    [hidden, 'of other roles, whose texts only a member of pg_read_all_stats may see'],
  ]
  return parts.flatMap(([count, what]) => (count === 0 ? [] : `${grouped(count)} ${what}`)).join(', ')
}

const countOf = (count: number, one: string, several: string): string =>
  `${grouped(count)} ${count === 1 ? one : several}`

const longest = 100

const shortened = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`)
