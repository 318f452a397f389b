import type { PartChoices } from '../../../core/check/choices.ts'
import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { locateIn } from '../../../core/migration/section-text.ts'
import { compare } from '../../../core/migration/state.ts'
import type { ProbePlace } from '../../../core/probe/question.ts'
import { questionsOf } from '../../../parsers/postgres/questions.ts'
import { connect } from '../../../postgres/driver/connect.ts'
import { withConnection } from '../../../postgres/driver/with-connection.ts'
import { probeServer } from '../../../postgres/probe/probe.ts'
import { readHistory } from '../../../postgres/tracking/history.ts'
import type { Context } from '../context.ts'
import { filledIn } from '../filled-in.ts'
import { namedServer } from '../named-server.ts'
import { probeFindings } from '../probe-findings.ts'
import { done, type PartFound } from './part-found.ts'

import type { CheckScope } from './scope.ts'

/** In ms; a question that takes longer is not answered. */
const patience = 10_000

/** Asks a server that has rows what would fail there, of those migrations in scope that are pending on it. */
export async function checkProbe(context: Context, scope: CheckScope, { on }: PartChoices): Promise<PartFound> {
  const server = namedServer(context, on ?? context.settings.environment, '--on')
  try {
    const resolved = await server.resolve()
    return await withConnection(connect(resolved, 'nself probe'), context.signal, async (client, connection) => {
      const { rows } = await readHistory(client)
      const pending = new Set(
        compare(scope.files, rows).entries.flatMap(({ file, status }) =>
          file !== null && (status === 'pending' || status === 'failed') ? file : [],
        ),
      )
      const wanted = scope.files.filter((file) => pending.has(file) && scope.wanted.has(file))
      const questions = await questionsOf(filledIn(context, wanted))
      const limits = { each: patience, whole: null, now: context.now }
      const probed = await probeServer(connection, questions, limits, context.progress)
      return { findings: probeFindings(probed, firstPlace(wanted)), outcome: done }
    })
  } catch (error) {
    if (!(error instanceof NselfError) || error.code !== 'connection' || context.signal.aborted) throw error
    return { findings: [], outcome: { outcome: 'incomplete', reason: `${server.label}: ${error.message}` } }
  }
}

/** Where findings stand that are of no statement. */
function firstPlace([file]: readonly Migration[]): ProbePlace | null {
  if (file === undefined) return null
  const { name, path, up } = file
  const { line, column } = locateIn(up, path, up.statements.at(0)?.start ?? 0, '', 0)
  return { migration: name, path, line, column }
}
