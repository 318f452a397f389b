import { atlas } from './atlas.ts'
import { dbmate } from './dbmate.ts'
import { diesel } from './diesel.ts'
import { drizzle } from './drizzle.ts'
import { flyway } from './flyway.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import { graphileMigrate } from './graphile-migrate.ts'
import { hasura } from './hasura.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { nselfBash } from './nself-bash.ts'
import { postgresMigrations } from './postgres-migrations.ts'
import { prisma } from './prisma.ts'
import { refinery } from './refinery.ts'
import { sqitch } from './sqitch.ts'
import { sqlx } from './sqlx.ts'
import { supabase } from './supabase.ts'
import { tern } from './tern.ts'
import type { Tool } from './tool.ts'

/** All that `nself db adopt` knows; of two that recognise the same, the first is meant. */
export const knownTools: readonly Tool[] = [
  ...[dbmate, goose, golangMigrate, flyway, prisma, drizzle, nodePgMigrate, hasura, supabase, sqlx, diesel, refinery],
  ...[graphileMigrate, tern, sqitch, atlas, postgresMigrations, nselfBash],
]
