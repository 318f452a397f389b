import type { ImportResult } from '../../commands/results.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import type { Paint } from './paint.ts'

export function renderImport({ design, files, differences, renames }: ImportResult, paint: Paint): string {
  if (files.length === 0) return `No changes: the migrations make what ${design} draws`
  const lines = differences.map((item) =>
    painted(item, paint, differenceLine(item, design, 'the migrations').replace(/ \((?:missing in .*)\)$/, '')),
  )
  return [
    paint.bold('Schema changes detected!'),
    ...renames.map((text) => paint.yellow(`~ Renamed: ${text}`)),
    ...lines,
    '',
    ...files.map((path) => `Migration created: ${path}`),
    'Proven both ways on a scratch database. Read it, then: nself db migrate up',
  ].join('\n')
}

export function painted({ sign }: Difference, paint: Paint, line: string): string {
  return { '+': paint.green, '-': paint.red, '~': paint.yellow }[sign](line)
}
