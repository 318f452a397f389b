import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Environment } from '../core/environment.ts'
import { NselfError } from '../core/errors.ts'
import type { VariableValues } from '../core/migration/variables.ts'
import { chooseEnvironment } from './choose-environment.ts'
import { misreadLines, refuseEmpty, strangeVariables, withoutEmpty } from './env-checks.ts'
import { describe, exposureOf, merge, readEnvFile, type Variables, variablesOf } from './env-files.ts'
import { findRoot, folderWithSettings, noProject } from './find-root.ts'
import { type Origins, originOf, type ServerTarget, serverFromUrl } from './server-target.ts'
import { chooseTarget, type Target, withPasswordCommand, withRole } from './target.ts'
import { variableValues } from './variable-values.ts'

export interface Settings {
  /** Where the person stands: paths that are typed count from here. */
  readonly cwd: string
  readonly root: string
  readonly environment: Environment
  /** `--env`, the variable, the env file, or `default`. */
  readonly environmentSource: string
  readonly migrationsDir: string
  readonly repeatableDir: string
  readonly seedsDir: string
  readonly backupsDir: string
  /** The folder of pg_dump and pg_restore, where the user names one. */
  readonly pgBinDir: string | null
  readonly target: Target
  /** Where scratch databases are made, when it is not beside the target: --shadow-url or NSELF_SHADOW_URL. */
  readonly shadow: ServerTarget | null
  /** Where each part of the server was set; a part that is missing here has its default. */
  readonly serverOrigins: Origins
  readonly folderOrigins: { readonly migrations: string; readonly seeds: string }
  /** The env files that were looked for, the later ones winning. */
  readonly envFiles: readonly { readonly file: string; readonly found: boolean }[]
  /** Locally a copy is made before something is taken away, unless NSELF_UNDO is off. */
  readonly keepsUndoCopies: boolean
  /** What may be filled into migrations. */
  readonly variables: VariableValues
  /** NSELF_PROD_USERS. */
  readonly productionUsers: { readonly value: string; readonly source: string } | null
  /** What a person should know of these settings. */
  readonly warnings: readonly string[]
}

interface Input {
  readonly cwd: string
  /** The process environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flagEnvironment?: string | undefined
  readonly flagUrl?: string | undefined
  readonly flagShadowUrl?: string | undefined
  /** Each `--set name=value`. */
  readonly flagSet?: readonly string[] | undefined
  /** Where no folder nself/ is found, the project begins where the person stands. */
  readonly needsNoProject?: boolean | undefined
  /** Another environment than that of the command, of which neither --database-url nor the process environment speaks. */
  readonly isOther?: boolean | undefined
  /** Told each password that a command prints, and each value of a variable that is secret. */
  readonly onSecret?: ((secret: string) => void) | undefined
  /** Ends what a setting runs: the command that prints a password. */
  readonly signal?: AbortSignal | undefined
}

const commonFiles = ['.env', '.env.dev']
const filesOf: Record<Environment, readonly string[]> = {
  local: ['.env.local'],
  staging: ['.env.staging'],
  production: ['.env.prod', '.secrets'],
}

/**
 * What the flags, the process environment and the env files say together.
 * @throws NselfError `configuration`; a password is never in it.
 */
export function loadSettings({
  cwd,
  env,
  flagEnvironment,
  flagUrl,
  flagShadowUrl,
  flagSet = [],
  needsNoProject = false,
  isOther = false,
  onSecret = () => {},
  signal,
}: Input): Settings {
  const root = rootOf(cwd, env, needsNoProject)
  const { environment, environmentSource, files, layers } = readLayers(
    root,
    env,
    flagEnvironment,
    flagUrl !== undefined,
  )
  const variables = merge(layers)
  const exposures =
    environment !== 'production' ? [] : files.map((item) => exposureOf(root, item.file, withoutEmpty(item.variables)))
  const { target, origins, warnings } = chooseTarget(root, environment, flagUrl, layers, howToSet(environment, isOther))
  const users = variables.get('NSELF_PROD_USERS')
  const shadow = variables.get('NSELF_SHADOW_URL')
  return {
    cwd,
    root,
    environment,
    environmentSource,
    ...foldersOf(root, variables),
    pgBinDir: variables.get('NSELF_PG_BIN_DIR')?.value ?? null,
    target: withPasswordCommand(
      withRole(target, variables.get('NSELF_ROLE')?.value),
      variables,
      onSecret,
      signal ?? null,
    ),
    shadow: shadowFrom(flagShadowUrl, shadow && { ...shadow, source: describe('NSELF_SHADOW_URL', shadow) }, variables),
    serverOrigins: origins,
    envFiles: files.map(({ file, text }) => ({ file, found: text !== null })),
    keepsUndoCopies: !/^(?:off|0|false|no)$/i.test(variables.get('NSELF_UNDO')?.value ?? ''),
    variables: variableValues(flagSet, variables, onSecret),
    productionUsers: users === undefined ? null : { value: users.value, source: describe('NSELF_PROD_USERS', users) },
    warnings: [
      ...exposures.filter((warning) => warning !== null),
      ...files.flatMap(misreadLines),
      ...strangeVariables(variables),
      ...warnings,
      ...(needsNoProject ? [] : missingFolders(root, cwd, variables)),
    ],
  }
}

/** What the env files and the process environment set, the later layer winning, and the environment they are of. */
function readLayers(root: string, env: Input['env'], flagEnvironment: string | undefined, hasFlagUrl: boolean) {
  const fromProcess = variablesOf(env, null)
  const common = commonFiles.map((file) => readEnvFile(root, file))
  const set = merge(common.map(({ variables }) => variables))
  const [environment, environmentSource] = chooseEnvironment(flagEnvironment, fromProcess, set)
  const files = [...common, ...filesOf[environment].map((file) => readEnvFile(root, file))]
  const read = [...files.map((file) => file.variables), fromProcess]
  refuseEmpty(merge(read), hasFlagUrl)
  return { environment, environmentSource, files, layers: read.map(withoutEmpty) }
}

/** @throws NselfError `configuration` where what runs once would run again whenever it is edited. */
function foldersOf(root: string, variables: Variables) {
  const folder = (name: string, usual: string) => resolve(root, variables.get(name)?.value ?? usual)
  const migrationsDir = folder('NSELF_MIGRATIONS_DIR', 'nself/migrations')
  const repeatableDir = folder('NSELF_REPEATABLE_DIR', 'nself/repeatable')
  if (repeatableDir === migrationsDir) {
    throw new NselfError('configuration', 'migrations and repeatables are in the same folder', {
      hint: 'name different folders in NSELF_MIGRATIONS_DIR and NSELF_REPEATABLE_DIR; nothing was run',
    })
  }
  return {
    migrationsDir,
    repeatableDir,
    seedsDir: folder('NSELF_SEEDS_DIR', 'nself/seeds'),
    backupsDir: folder('NSELF_BACKUPS_DIR', '_backups'),
    folderOrigins: {
      migrations: originOf(variables, 'NSELF_MIGRATIONS_DIR') ?? 'default',
      seeds: originOf(variables, 'NSELF_SEEDS_DIR') ?? 'default',
    },
  }
}

const folderVariables = ['NSELF_MIGRATIONS_DIR', 'NSELF_REPEATABLE_DIR', 'NSELF_SEEDS_DIR']

function rootOf(cwd: string, env: Input['env'], needsNoProject: boolean): string {
  const found = findRoot(cwd) ?? folderWithSettings(cwd, folderVariables)
  if (found !== null) return found
  if (needsNoProject || folderVariables.some((name) => env[name])) return resolve(cwd)
  throw noProject(cwd)
}

/** A folder that is not there is empty; one that somebody names is most likely misspelt. */
function missingFolders(root: string, cwd: string, variables: Variables): string[] {
  return folderVariables.flatMap((name) => {
    const variable = variables.get(name)
    if (variable === undefined || existsSync(resolve(root, variable.value))) return []
    return [`${describe(name, variable)} names ${relative(cwd, resolve(root, variable.value))}, which does not exist`]
  })
}

/**
 * The settings of another environment than that of the command: its own files say which server is its, not the process
 * environment, which speaks of the command's.
 * @throws NselfError `configuration` when they name none.
 */
export function loadOtherSettings(
  { cwd, env, onSecret, signal }: Pick<Input, 'cwd' | 'env' | 'onSecret' | 'signal'>,
  environment: Environment,
  url: string | null,
): Settings {
  const namesServer = /^(?:DATABASE_URL|POSTGRES_\w+|PG[A-Z]+|NSELF_ROLE|NSELF_PASSWORD_COMMAND)$/
  const others = Object.fromEntries(Object.entries(env).filter(([name]) => url !== null || !namesServer.test(name)))
  return loadSettings({
    cwd,
    env: others,
    flagEnvironment: environment,
    onSecret,
    signal,
    ...(url === null ? { isOther: true } : { flagUrl: url, needsNoProject: true }),
  })
}

function howToSet(environment: Environment, isOther: boolean): string {
  const files = filesOf[environment].join(' or ')
  return isOther
    ? `set DATABASE_URL in ${files}, or write the URL in place of ${environment}; the DATABASE_URL of your shell is for the environment that the command runs in (--env)`
    : `set DATABASE_URL in the environment or in ${files}, or pass --database-url`
}

function shadowFrom(
  flag: string | undefined,
  set: { readonly value: string; readonly source: string } | undefined,
  variables: Variables,
): ServerTarget | null {
  if (flag !== undefined) return serverFromUrl(flag, '--shadow-url', variables, false).target
  return set === undefined ? null : serverFromUrl(set.value, set.source, variables, false).target
}
