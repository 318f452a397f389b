import { type Command, InvalidArgumentError } from '@commander-js/extra-typings'
import type { Context } from '../../commands/shared/context.ts'
import { parseEnvironment } from '../../core/environment.ts'
import type { SeedFolder } from '../../core/migration/seed.ts'
import { type CommonFlags, confirm, count, leaf, lockWait, type Runner, setVariable } from './leaf.ts'

/** nself db seed …, nself db reset */
export function addSeed(db: Command, run: Runner): void {
  const seed = leaf(db, 'seed', 'Run the seeds that are new or changed: common, then those of the environment.', [
    'nself db seed',
    'nself db seed common',
    'nself db seed --again   # after down, or when rows were deleted',
    'nself db seed env --env staging',
    'nself db seed users',
    'nself db seed create categories',
    'nself db seed status',
  ])
  // A flag after the word of a lower command is that one's, and an error where it has none such.
  seed.enablePositionalOptions()
  seeding(seed, run, async () => (await import('../../commands/db/seed.ts')).seed)
  seeding(
    leaf(seed, 'common', 'Run only the seeds in nself/seeds/common.', ['nself db seed common']),
    run,
    async () => (await import('../../commands/db/seed/common.ts')).seedCommon,
  )
  seeding(
    leaf(seed, 'env', "Run only the seeds of the environment's folder.", ['nself db seed env --env staging']),
    run,
    async () => (await import('../../commands/db/seed/env.ts')).seedEnvironment,
  )
  leaf(seed, 'status', 'Show every seed of the environment and its state.', ['nself db seed status'], 'server').action(
    (_, command) =>
      run(flagsOf(command), async (context) => (await import('../../commands/db/seed/status.ts')).seedStatus(context)),
  )
  addCreate(seed, run)
  addUsers(seed, run)
  addReset(db, run)
}

function addCreate(seed: Command, run: Runner): void {
  leaf(
    seed,
    'create',
    'Write the next seed file.',
    ['nself db seed create categories', 'nself db seed create products staging'],
    'environment',
  )
    .argument('<name>', 'what the seed fills')
    .argument('[folder]', 'common, local, staging or production; without it, that of --env, otherwise common', folder)
    .action((name, where, _, command) => {
      const flags: CommonFlags = flagsOf(command)
      const folder = (context: Context) => where ?? (flags.env === undefined ? 'common' : context.settings.environment)
      return run({ ...flags, needsNoProject: true }, async (context) =>
        (await import('../../commands/db/seed/create.ts')).createSeedFile(context, name, folder(context)),
      )
    })
}

function addReset(db: Command, run: Runner): void {
  leaf(db, 'reset', 'Drop everything, apply all migrations and run the seeds; never in production.', [
    'nself db reset',
    'nself db reset --env staging --yes',
  ])
    .addOption(confirm().hideHelp())
    .addOption(setVariable())
    .addOption(lockWait())
    .action((flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/reset.ts')).reset(context, { lockWaitMs: flags.lockWait }),
      ),
    )
}

function addUsers(seed: Command, run: Runner): void {
  leaf(seed, 'users', 'Add mock users and test accounts; in production, only those in nself/config/prod-users.json.', [
    'nself db seed users',
    'nself db seed users --mock 500',
    'nself db seed users --env production --yes',
  ])
    .option('--mock <n>', 'how many mock users (default: 20 in local, 100 in staging; never in production)', count)
    .addOption(lockWait())
    .action((_, command) => {
      const flags = flagsOf(command)
      return run(flags, async (context) =>
        (await import('../../commands/db/seed/users.ts')).seedUsers(context, {
          lockWaitMs: flags.lockWait,
          mock: flags.mock,
        }),
      )
    })
}

type Seeding = typeof import('../../commands/db/seed.ts').seed

function seeding(command: ReturnType<typeof leaf>, run: Runner, load: () => Promise<Seeding>): void {
  command
    .addOption(setVariable())
    .option('--again', 'also run the seeds that have run and are unchanged')
    .option('--dry-run', 'print the SQL and change nothing')
    .addOption(confirm())
    .addOption(lockWait())
    .action((_, command) => {
      const flags = flagsOf(command)
      const options = { again: flags.again === true, dryRun: flags.dryRun === true, lockWaitMs: flags.lockWait }
      return run(flags, async (context) => (await load())(context, options))
    })
}

/** The command whose flags these are, as far as it must be known. */
interface Flagged<Options> {
  readonly parent: Flagged<object> | null
  readonly options: readonly { attributeName(): string }[]
  name(): string
  opts(): Options
  getOptionValueSource(name: string): unknown
  error(message: string): never
}

/** The flags of a command, with those that were written before its name: `seed --env staging users`. */
function flagsOf<Options extends object>(command: Flagged<Options>): Options {
  const upper: Flagged<object> = command.parent?.name() === 'seed' ? command.parent : command
  const values = new Map(Object.entries(upper.opts()))
  const given = [...values.keys()].filter((name) => upper.getOptionValueSource(name) === 'cli')
  const own = new Set(command.options.map((option) => option.attributeName()))
  const foreign = given.find((name) => !own.has(name))
  if (foreign !== undefined) {
    const flag = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    command.error(`error: seed ${command.name()} does not know --${flag}`)
  }
  return Object.assign({}, command.opts(), Object.fromEntries(given.map((name) => [name, values.get(name)])))
}

function folder(text: string): SeedFolder {
  if (text === 'common') return text
  try {
    return parseEnvironment(text)
  } catch {
    throw new InvalidArgumentError('expected common, local, staging or production')
  }
}
