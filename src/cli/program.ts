import { Command } from 'commander'
import { addBackup } from './tree/backup.ts'
import { addEnv } from './tree/env.ts'
import type { Runner } from './tree/leaf.ts'
import { addMigrate } from './tree/migrate.ts'
import { addQuery } from './tree/query.ts'
import { addSeed } from './tree/seed.ts'
import { addServer } from './tree/server.ts'
import { addUpdate } from './tree/update.ts'

interface Outside {
  readonly version: string
  /** Takes help and version. */
  readonly print: (text: string) => void
  /** How wide what it takes may be. */
  readonly width: () => number
  /** Takes what a log says as it comes. */
  readonly follow: (text: string) => void
  /** The words of the command line. */
  readonly named: ReadonlySet<string>
}

/**
 * The tree of commands. Each leaf turns its flags into a call; nothing else happens here. What is below a group is made
 * only where the group is named: making all of it takes longer than anything else that `--version` and `--help` do.
 */
export function buildProgram(run: Runner, { version, print, width, follow, named }: Outside): Command {
  const program = new Command('nself')
  program.exitOverride()
  program.configureOutput({
    outputError: () => {},
    writeOut: print,
    getOutHelpWidth: width,
    getOutHasColors: () => false,
  })
  program.description('PostgreSQL migrations in plain SQL files').version(version)
  const db = program.command('db').description('the database')
  if (named.has('db')) {
    const migrate = db.command('migrate').description('numbered SQL files, tracked in the database')
    if (named.has('migrate')) addMigrate(migrate, run)
    addUpdate(db, run)
    addBackup(db, run)
    addSeed(db, run)
    addQuery(db, run)
  }
  addEnv(program, run)
  addServer(program, run, follow)
  return program
}
