import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { installed, made, type Tool, writer } from './tool.ts'

export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  runsOnNode: true,
  prepare: (folder, files) => {
    const write = writer(join(folder, 'migrations'))
    for (const { number, name, up, down } of files) {
      write(`${number}_${name}.sql`, `-- Up Migration\n${up}\n-- Down Migration\n${down}`)
    }
  },
  argv: (action, { node, count }) => {
    const program = [node, installed('node-pg-migrate', 'bin', 'node-pg-migrate.js')]
    if (action === 'version' || action === 'help') return [...program, `--${action}`]
    // It has no status; this is what tells it.
    if (action === 'status') return [...program, 'up', '--dry-run']
    return [...program, action, ...(action === 'down' ? [String(count)] : [])]
  },
}

export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  runsOnNode: true,
  prepare: (folder, files) => {
    const write = writer(join(folder, 'migrations', 'committed'))
    let previous: string | null = null
    for (const { number, name, up } of files) {
      const hash: string = `sha1:${createHash('sha1')
        .update(`${`${previous ?? ''}\n${up.trim()}`.trim()}\n`)
        .digest('hex')}`
      const head = `--! Previous: ${previous ?? '-'}\n--! Hash: ${hash}\n\n`
      write(`0${number}-${name.replaceAll('_', '-')}.sql`, head + up)
      previous = hash
    }
    writer(join(folder, 'migrations'))('current.sql', '')
    writer(folder)('.gmrc', '{ "shadowConnectionString": "postgres://postgres@127.0.0.1/shadow" }')
  },
  argv: (action, { node }) => {
    const program = [node, installed('graphile-migrate', 'dist', 'cli.js')]
    if (action === 'version' || action === 'help') return [...program, `--${action}`]
    // It only goes forward.
    if (action === 'down') return null
    return [...program, action === 'up' ? 'migrate' : 'status']
  },
}

export const knex: Tool = {
  name: 'knex',
  runsOnNode: true,
  prepare: (folder, files) => {
    const write = writer(join(folder, 'migrations'))
    for (const { number, name, up, down } of files) {
      const raw = (way: string, sql: string) => `exports.${way} = (knex) => knex.raw(${JSON.stringify(sql)})\n`
      write(`${number}_${name}.js`, raw('up', up) + raw('down', down))
    }
    const config = "{ client: 'pg', connection: process.env.DATABASE_URL, pool: { min: 1, max: 1 } }"
    writer(folder)('knexfile.js', `module.exports = ${config}\n`)
  },
  argv: (action, { node }) => {
    const program = [node, installed('knex', 'bin', 'cli.js')]
    if (action === 'version' || action === 'help') return [...program, `--${action}`]
    if (action === 'down') return [...program, 'migrate:rollback', '--all']
    return [...program, action === 'up' ? 'migrate:latest' : 'migrate:status']
  },
}

/** Its migrator is a function to be called. */
export const drizzle: Tool = {
  name: 'drizzle-orm',
  runsOnNode: true,
  prepare: (folder, files) => {
    const write = writer(made(folder, 'drizzle'))
    const entries = files.map(({ number, name }, idx) => ({
      idx,
      version: '7',
      when: 1_700_000_000_000 + idx,
      tag: `${number}_${name}`,
      breakpoints: true,
    }))
    for (const { number, name, up } of files) write(`${number}_${name}.sql`, up)
    writer(join(folder, 'drizzle', 'meta'))(
      '_journal.json',
      JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
    )
    writer(folder)(
      'migrate.cjs',
      `const { Client } = require('pg')
const { drizzle } = require('drizzle-orm/node-postgres')
const { migrate } = require('drizzle-orm/node-postgres/migrator')
const client = new Client({ connectionString: process.env.DATABASE_URL })
client
  .connect()
  .then(() => migrate(drizzle(client), { migrationsFolder: 'drizzle' }))
  .then(() => client.end())
`,
    )
  },
  argv: (action, { node }) => (action === 'up' ? [node, 'migrate.cjs'] : null),
}
