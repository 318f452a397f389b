import { type Command, InvalidArgumentError } from '@commander-js/extra-typings'
import type { AdoptOptions } from '../../commands/db/adopt.ts'
import { variableNameOf } from '../../core/adopt/tools/placeholders.ts'
import { leaf, lockWait, type Runner, shadowUrl } from './leaf.ts'

/** nself db adopt */
export function addAdopt(db: Command, run: Runner): void {
  leaf(db, 'adopt', "Take over another migration tool's files and history, proven on a scratch database.", [
    'nself db adopt --dry-run   # what was found, and what it would become',
    'nself db adopt',
    'nself db adopt flyway --from src/main/resources/db/migration',
  ])
    .argument(
      '[TOOL]',
      'the tool, or baseline for one file of the schema; without it, detected from its files and its table',
    )
    .option('--from <folder>', "the folder with the tool's files; without it, detected")
    .option('--table <name>', "the tool's table, if it has an unusual name; with TOOL")
    .option('--dry-run', 'show the plan and the proof, write nothing')
    .option('--renumber', 'number the files 001, 002 … in their order; without it, they keep their numbers')
    .option('--timestamp', 'number the files with times, 14 digits')
    .option(
      '--set <name=value>',
      'the value of a placeholder or variable; may be repeated (or set NSELF_VAR_NAME)',
      values,
    )
    .option('--write-downs', 'write the DOWNs that migrations lack, each proven on a scratch database')
    .option('--failed <as>', 'how to record a migration that the tool marks as failed: applied or pending', failed)
    .option('--force', 'continue even if something is left out or differs')
    .addOption(shadowUrl())
    .addOption(lockWait())
    .action((tool: string | undefined, flags) =>
      run({ ...flags, set: variables(flags.set), needsNoProject: true }, async (context) =>
        (await import('../../commands/db/adopt.ts')).adopt(context, {
          tool: tool ?? null,
          table: flags.table ?? null,
          from: flags.from ?? null,
          numbering: flags.timestamp ? 'timestamp' : flags.renumber ? 'sequence' : 'found',
          failed: flags.failed ?? null,
          values: flags.set ?? new Map(),
          writeDowns: flags.writeDowns === true,
          dryRun: flags.dryRun === true,
          force: flags.force === true,
          lockWaitMs: flags.lockWait,
        }),
      ),
    )
}

/** The same, as they are set for variables that stand for placeholders. */
function variables(given: ReadonlyMap<string, string> = new Map()): string[] {
  return [...given].map(([name, value]) => `${variableNameOf(name)}=${value}`)
}

function values(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('expected a name and a value, such as role=app')
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]])
}

function failed(text: string): NonNullable<AdoptOptions['failed']> {
  if (text === 'applied' || text === 'pending') return text
  throw new InvalidArgumentError('expected applied or pending')
}
