import { Command } from 'commander'
import { addBackup } from './tree/backup.ts'
import { addEnv } from './tree/env.ts'
import type { Runner } from './tree/leaf.ts'
import { addMigrate } from './tree/migrate.ts'
import { addQuery } from './tree/query.ts'
import { addSchema } from './tree/schema.ts'
import { addSeed } from './tree/seed.ts'
import { addServer } from './tree/server.ts'
import { addUpdate } from './tree/update.ts'

/** The tree of commands. Each leaf turns its flags into a call; nothing else happens here. */
export function buildProgram(run: Runner, packageVersion: string, follow: (text: string) => void): Command {
  const program = new Command('nself')
  program.exitOverride()
  program.configureOutput({ outputError: () => {} })
  program.description('PostgreSQL migrations in plain SQL files').version(packageVersion)
  const db = program.command('db').description('the database')
  const migrate = db.command('migrate').description('numbered SQL files, tracked in the database')
  addMigrate(migrate, run)
  addSchema(db, run)
  addUpdate(db, run)
  addBackup(db, run)
  addSeed(db, run)
  addQuery(db, run)
  addEnv(program, run)
  addServer(program, run, follow)
  return program
}
