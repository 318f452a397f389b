import type { Command } from '@commander-js/extra-typings'
import type { RepairOptions } from '../../../commands/shared/repair-tables.ts'
import { parseEnvironment } from '../../../core/environment.ts'
import {
  leaf,
  lockWait,
  namePairs,
  names,
  noBackup,
  pairs,
  type Runner,
  shadowUrl,
  version,
  versions,
} from '../leaf.ts'

/** nself db migrate repair */
export function addRepair(migrate: Command, run: Runner): void {
  repairCommand(migrate).action((flags) =>
    run(flags, async (context) => {
      const { renumber, repair } = await import('../../../commands/db/migrate/repair.ts')
      if (flags.renumber !== undefined) return renumber(context, flags.renumber)
      return repair(context, optionsOf(flags))
    }),
  )
}

function repairCommand(migrate: Command) {
  return leaf(
    migrate,
    'repair',
    'Find what is wrong with the tracking of migrations, and apply the fixes that you name.',
    [
      'nself db migrate repair',
      'nself db migrate repair --accept 003',
      'nself db migrate repair --baseline 012   # an existing database',
    ],
  )
    .option('--accept <versions>', 'record the edited file as the one that was applied', versions)
    .option('--mark-applied <versions>', 'record as applied without running', versions)
    .option('--forget <versions>', 'remove the record without running DOWN', versions)
    .option('--forget-repeatable <name>', 'remove the record of a repeatable, and keep what it made', names)
    .option('--renamed-repeatable <old=new>', 'record a repeatable under the name its file has now', namePairs)
    .option('--renamed <old=new>', 'record an applied migration under the number its file has now', pairs)
    .option('--statement-done <versions>', 'record the statement of unknown outcome as done', versions)
    .option('--statement-again <versions>', 'let up run the statement of unknown outcome again', versions)
    .option('--baseline <version>', 'record everything up to this version as applied without running', version)
    .option('--rebuild', 'restore lost tracking rows from the journal')
    .option('--restore-tables', "repair nself's own tables, and remove what swallows their rows")
    .option('--drop-invalid-index <name>', 'drop an INVALID index (schema.name)', names)
    .option('--mark-environment <name>', 'set the environment that the database remembers', parseEnvironment)
    .option('--infer', 'find the version whose schema the database has, by replaying the files')
    .addOption(shadowUrl())
    .option('--renumber <version>', 'give a pending file the next free number, and fix depends_on lines')
    .addOption(noBackup())
    .addOption(lockWait())
}

type RepairFlags = ReturnType<ReturnType<typeof repairCommand>['opts']>

function optionsOf(flags: RepairFlags): RepairOptions {
  return {
    accept: flags.accept ?? [],
    markApplied: flags.markApplied ?? [],
    forget: flags.forget ?? [],
    forgetRepeatable: flags.forgetRepeatable ?? [],
    renamedRepeatable: flags.renamedRepeatable ?? [],
    renamed: flags.renamed ?? [],
    statementDone: flags.statementDone ?? [],
    statementAgain: flags.statementAgain ?? [],
    baseline: flags.baseline ?? null,
    rebuild: flags.rebuild === true,
    restoreTables: flags.restoreTables === true,
    infer: flags.infer === true,
    dropInvalidIndex: flags.dropInvalidIndex ?? [],
    markEnvironment: flags.markEnvironment ?? null,
    noBackup: flags.backup === false,
    lockWaitMs: flags.lockWait,
  }
}
