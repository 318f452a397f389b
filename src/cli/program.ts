import { Command, Help, Option } from '@commander-js/extra-typings'
import { addAdopt } from './tree/adopt.ts'
import { addBackup, addUndo } from './tree/backup.ts'
import { addCheck } from './tree/check.ts'
import { addCompletion } from './tree/completion.ts'
import { addEnv } from './tree/env.ts'
import { addInit } from './tree/init.ts'
import { commonGroup, ownOptionsFirst, type Runner } from './tree/leaf.ts'
import { migrateLeaves } from './tree/migrate/group.ts'
import { addQueries } from './tree/queries.ts'
import { addQuery } from './tree/query.ts'
import { addRehearse } from './tree/rehearse.ts'
import { addSchema } from './tree/schema.ts'
import { addSeed } from './tree/seed.ts'
import { addServer } from './tree/server.ts'
import { addUpdate } from './tree/update.ts'

interface Outside {
  readonly version: string
  /** Takes help, version, and what a log says as it comes. */
  readonly print: (text: string) => void
  /** Takes the help of who named no command. */
  readonly complain: (text: string) => void
  /** How wide help may be. */
  readonly width: () => number
}

/** How help is laid out, of all commands. */
const layout = {
  // Narrow terminals too fold what options do beside their names.
  minWidthToWrap: 20,
  // Without the command `help`, which is `--help` put first.
  visibleCommands: ({ commands }: Parameters<Help['visibleCommands']>[0]) => [...commands],
  groupItems: ownOptionsFirst,
  subcommandTerm: (command: Parameters<Help['subcommandTerm']>[0]) =>
    [
      command.name(),
      ...command.registeredArguments.map((word) => (word.required ? `<${word.name()}>` : `[${word.name()}]`)),
    ].join(' '),
  // Of a group the commands are what matters.
  visibleOptions: (command: Parameters<Help['visibleOptions']>[0]) =>
    command.options.length === 0 ? [] : new Help().visibleOptions(command),
}

/**
 * The tree of commands, as far as these words need it; all of it without words. Each leaf turns its flags into a call;
 * nothing else happens here.
 */
export function buildProgram(run: Runner, words: readonly string[] | null, outside: Outside): Command {
  const program = new Command('nself')
  program.exitOverride()
  program.configureOutput({
    outputError: () => {},
    writeOut: outside.print,
    writeErr: outside.complain,
    getOutHelpWidth: outside.width,
    getOutHasColors: () => false,
  })
  program.configureHelp(layout).helpCommand(false)
  program.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(commonGroup))
  program.description('PostgreSQL migrations in plain SQL files.').version(outside.version)
  const server = () => addServer(program, run, outside.print)
  const db = () => {
    const group = program.command('db').description('Migrations, seeds, backups and the schema of a database.')
    if (words === null || words.includes('db')) addDb(group, run, words?.slice(1) ?? null)
  }
  addNamed(words?.[0], {
    db,
    init: () => addInit(program, run),
    env: () => addEnv(program, run),
    start: server,
    stop: server,
    logs: server,
    completion: () => addCompletion(program, outside.print),
  })
  return program
}

function addDb(db: Command, run: Runner, words: readonly string[] | null): void {
  const migrate = () => {
    const group = db
      .command('migrate')
      .usage('<command>')
      .description('Numbered SQL files, and the record of which were applied.')
    if (words === null || words.includes('migrate')) addNamed(words?.[1], migrateLeaves(group, run))
  }
  const adopt = () => addAdopt(db, run)
  const backup = () => addBackup(db, run)
  const seed = () => addSeed(db, run)
  const query = () => addQuery(db, run)
  const update = () => addUpdate(db, run)
  const check = () => addCheck(db, run)
  const rehearse = () => addRehearse(db, run)
  const schema = () => addSchema(db, run)
  addNamed(words?.[0], {
    migrate,
    schema,
    run: schema,
    adopt,
    check,
    rehearse,
    update,
    backup,
    restore: backup,
    undo: () => addUndo(db, run),
    seed,
    reset: seed,
    queries: () => addQueries(db, run),
    shell: query,
    query,
  })
}

/** Adds the part that the next word names, else all of them: making them all takes longer than what most commands do. */
function addNamed(word: string | undefined, parts: Readonly<Record<string, () => void>>): void {
  const named = word !== undefined && Object.hasOwn(parts, word) ? parts[word] : undefined
  for (const add of named ? [named] : new Set(Object.values(parts))) add()
}
