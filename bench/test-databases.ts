import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { createTestDatabase } from '../src/library/create-test-database.ts'
import type { open } from '../src/library/open.ts'
import { startServer } from './server.ts'
import { cache, checkout } from './tool.ts'

const rounds = 41

/**
 * How long a test waits until it is connected to a database of its own, for the sample project: a copy of a template,
 * beside a new database that is migrated. In turns, so that what slows the machine down slows both.
 */
export async function measureTestDatabases(): Promise<string> {
  const folder = join(cache, 'test-databases')
  const server = await startServer(folder, true)
  const require = createRequire(join(checkout, 'package.json'))
  const built: { open: typeof open } = require('nself')
  const testing: { createTestDatabase: typeof createTestDatabase } = require('nself/testing')
  const { Client } = require('pg')
  const cwd = join(cache, 'test-databases-project')
  rmSync(cwd, { recursive: true, force: true })
  mkdirSync(cwd, { recursive: true })
  cpSync(join(checkout, 'nself'), join(cwd, 'nself'), { recursive: true })
  const place = `postgresql://postgres@127.0.0.1:${server.port}`
  const connected = async (connectionString: string) => {
    const client = new Client({ connectionString })
    await client.connect()
    return client
  }
  const admin = await connected(`${place}/postgres`)
  const copied: number[] = []
  const migrated: number[] = []
  for (let i = 0; i < rounds; i++) {
    let began = performance.now()
    const database = await testing.createTestDatabase({ cwd, env: {}, databaseUrl: `${place}/postgres` })
    const client = await connected(database.url)
    copied.push(performance.now() - began)
    await client.end()
    await database.drop()

    began = performance.now()
    await admin.query('CREATE DATABASE fresh TEMPLATE template0')
    await built.open({ cwd, env: {}, databaseUrl: `${place}/fresh` }).up()
    const other = await connected(`${place}/fresh`)
    migrated.push(performance.now() - began)
    await other.end()
    await admin.query('DROP DATABASE fresh WITH (FORCE)')
  }
  await admin.end()
  server.stop()
  // The first one makes the template.
  const [first = 0, ...others] = copied
  const [copy, fresh] = [medianOf(others), medianOf(migrated)]
  const ms = (value: number) => `${Math.round(value)} ms`
  return `until connected: a copy of the template ${ms(copy)}, migrated afresh ${ms(fresh)} (${(copy / fresh).toFixed(2)} ×); with the template ${ms(first)}, once`
}

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
