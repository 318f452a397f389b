import type { CheckFinding } from '../../core/check/finding.ts'
import type { ProbePlace } from '../../core/probe/question.ts'
import type { TouchedTable } from '../../core/probe/server-look.ts'
import { counted, sizeText } from '../../core/quantities.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import type { Probed } from '../../postgres/probe/probe.ts'
import { answerFinding } from './answer-findings.ts'
import { foundAt } from './found-at.ts'

/** What is told of a probe, in the order of the run. */
export function probeFindings(
  { answers, touched, busy, hidden, free }: Probed,
  first: ProbePlace | null,
): CheckFinding[] {
  return [
    ...answers.flatMap(({ question, answer }) => answerFinding(question, answer) ?? []),
    ...touched.flatMap((table) => tableFindings(table, free)),
    ...(first === null ? [] : serverFindings(first, busy, hidden)),
  ]
}

/** From how many bytes on a rewritten table is worth a warning. */
const large = 1e9

function tableFindings(table: TouchedTable, free: number | null): CheckFinding[] {
  const { place, facts, bytes, indexBytes, works, mode, holders } = table
  const name = shortName(facts.schema, facts.name)
  const whole = bytes + (indexBytes ?? 0)
  const isRewritten = works.some(({ work }) => work === 'rewrites')
  const size = foundAt('probe/table-size', place, sizeSentence(table), '', workLines(table, free))
  return [
    isRewritten && whole >= large ? { ...size, severity: 'warning' } : size,
    ...(isRewritten && free !== null && free < whole
      ? [
          foundAt(
            'probe/disk-space',
            place,
            `${name} is rewritten, which needs ${sizeText(whole)}; ${sizeText(free)} are free`,
            'make room first',
          ),
        ]
      : []),
    ...(holders.length === 0
      ? []
      : [
          foundAt(
            'probe/lock-held',
            place,
            `it needs ${mode} on ${name} and would wait now`,
            'wait for these sessions, or end them',
            holders.slice(0, 5),
          ),
        ]),
  ]
}

function sizeSentence({ facts, bytes, indexBytes, unmeasured }: TouchedTable): string {
  const name = shortName(facts.schema, facts.name)
  const size = `${sizeText(bytes)}${indexBytes === null ? ' by its statistics' : ''}`
  const known =
    facts.rows === null
      ? `${name} takes ${size}, with an unknown number of rows (it was never analyzed)`
      : `${name} has about ${counted(facts.rows, 'row')} in ${size}`
  return indexBytes === null
    ? `${known}; the size of its indexes is not answered: ${unmeasured}`
    : `${known}, and ${sizeText(indexBytes)} of indexes`
}

function workLines({ bytes, indexBytes, works }: TouchedTable, free: number | null): string[] {
  const lines = (work: string) =>
    [...new Set(works.filter((one) => one.work === work).map(({ line }) => line))].join(', ')
  const [scanned, rewritten] = [lines('scans'), lines('rewrites')]
  return [
    ...(scanned === '' ? [] : [`scanned in full, ${sizeText(bytes)}: line ${scanned}`]),
    ...(rewritten === ''
      ? []
      : [
          `rewritten with its indexes, ${sizeText(bytes + (indexBytes ?? 0))}${indexBytes === null ? ' and more' : ''}: line ${rewritten}`,
        ]),
    ...(rewritten !== '' && free === null ? ['the free disk space is not visible'] : []),
  ]
}

function serverFindings(place: ProbePlace, busy: readonly string[], hidden: readonly string[]): CheckFinding[] {
  return [
    ...busy.map((sentence) => foundAt('probe/server-busy', place, sentence, 'wait until it is over')),
    ...(hidden.length === 0
      ? []
      : [
          foundAt(
            'probe/not-answered',
            place,
            `not answered: what else runs on the server`,
            'ask as a role that is a member of pg_monitor',
            hidden,
          ),
        ]),
  ]
}
