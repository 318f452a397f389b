import { Command } from 'commander'
import { addBackup } from './tree/backup.ts'
import { addEnv } from './tree/env.ts'
import type { Runner } from './tree/leaf.ts'
import { migrateLeaves } from './tree/migrate.ts'
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
}

/** The tree of commands, as far as these words need it. Each leaf turns its flags into a call; nothing else happens here. */
export function buildProgram(run: Runner, words: readonly string[], outside: Outside): Command {
  const program = new Command('nself')
  program.exitOverride()
  program.configureOutput({
    outputError: () => {},
    writeOut: outside.print,
    getOutHelpWidth: outside.width,
    getOutHasColors: () => false,
  })
  program.description('PostgreSQL migrations in plain SQL files').version(outside.version)
  const server = () => addServer(program, run, outside.follow)
  const db = () => addDb(program.command('db').description('the database'), run, words.slice(1))
  addNamed(words[0], { db, env: () => addEnv(program, run), start: server, stop: server, logs: server })
  return program
}

function addDb(db: Command, run: Runner, words: readonly string[]): void {
  const migrate = () => {
    const group = db.command('migrate').description('numbered SQL files, tracked in the database')
    addNamed(words[1], migrateLeaves(group, run))
  }
  const backup = () => addBackup(db, run)
  const seed = () => addSeed(db, run)
  const query = () => addQuery(db, run)
  const update = () => addUpdate(db, run)
  addNamed(words[0], { migrate, update, backup, restore: backup, seed, reset: seed, shell: query, query })
}

/** Adds the part that the next word names, else all of them: making them all takes longer than what most commands do. */
function addNamed(word: string | undefined, parts: Readonly<Record<string, () => void>>): void {
  const named = word !== undefined && Object.hasOwn(parts, word) ? parts[word] : undefined
  for (const add of named ? [named] : new Set(Object.values(parts))) add()
}
