import { expect, test } from 'vitest'
import { adoptable } from '../helpers/adopt-project.ts'
import { useServer } from '../helpers/project.ts'

const server = useServer()

/** Files of a tool as people have them, of which the first so many are applied, and how its table says so. */
interface History {
  readonly files: Readonly<Record<string, string>>
  /** As the tool has run it. */
  readonly applied: string
  readonly table: string
  readonly proven: { readonly replayed: number; readonly pending: number }
}

const prismaEnum = `CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "User" ("id" TEXT NOT NULL, "role" "Role" NOT NULL DEFAULT 'USER', CONSTRAINT "User_pkey" PRIMARY KEY ("id"));`
const prismaSwap = `BEGIN;
CREATE TYPE "Role_new" AS ENUM ('USER', 'OWNER');
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
COMMIT;
ALTER TABLE "User" ADD COLUMN "name" TEXT;`
const drizzleInit = `DO $$ BEGIN
 CREATE TYPE "public"."status" AS ENUM('open', 'closed');
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users" ("id" serial PRIMARY KEY NOT NULL, "status" "status");`
const dieselSetup = `CREATE OR REPLACE FUNCTION manage(_tbl regclass) RETURNS VOID AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s
                    FOR EACH ROW EXECUTE PROCEDURE touch()', _tbl);
END;
$$ LANGUAGE plpgsql;
CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$ BEGIN RETURN NEW; END; $$ LANGUAGE plpgsql;`
const dieselTable = "CREATE TABLE users (id int PRIMARY KEY, updated_at timestamp);\nSELECT manage('users');"
const hasuraInit = `SET check_function_bodies = false;
CREATE TABLE public.users (id uuid NOT NULL);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);`
const base = `BEGIN;
CREATE TYPE login AS ENUM ('password', 'github');
COMMENT ON TYPE login IS 'How; it is -- not a comment';
CREATE TABLE users (id uuid NOT NULL, login login DEFAULT 'password'::login);
COMMIT;`

const histories: Record<string, History> = {
  prisma: {
    files: {
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      'prisma/migrations/20220101000000_init/migration.sql': prismaEnum,
      'prisma/migrations/20220108100145_/migration.sql': '-- This is an empty migration.\n',
      'prisma/migrations/20220115000000_enum/migration.sql': `/*\n  Warnings:\n\n  - The values [ADMIN] will be removed.\n\n*/\n-- AlterEnum\n${prismaSwap}`,
      'prisma/migrations/20220130000000_idx/migration.sql':
        '-- prisma-migrate-disable-next-transaction\nCREATE INDEX CONCURRENTLY "i" ON "User"("name");',
      'prisma/migrations/20220201000000_value/migration.sql': 'ALTER TYPE "Role" ADD VALUE \'GUEST\';',
    },
    applied: `${prismaEnum} ${prismaSwap}`,
    table: `CREATE TABLE _prisma_migrations (id varchar(36), checksum varchar(64), finished_at timestamptz, migration_name varchar(255), logs text, rolled_back_at timestamptz, started_at timestamptz DEFAULT now(), applied_steps_count int);
 INSERT INTO _prisma_migrations (migration_name, finished_at, rolled_back_at) VALUES ('20220101000000_init', now(), null), ('20220108100145_', now(), null), ('20220115000000_enum', now(), null), ('20220130000000_idx', null, now())`,
    proven: { replayed: 3, pending: 2 },
  },
  drizzle: {
    files: {
      'drizzle/0000_init.sql': drizzleInit,
      'drizzle/0001_enum.sql':
        'ALTER TYPE "public"."status" ADD VALUE \'archived\' BEFORE \'closed\';--> statement-breakpoint\nALTER TABLE "users" ENABLE ROW LEVEL SECURITY;',
      'drizzle/meta/_journal.json': JSON.stringify({
        entries: ['0000_init', '0001_enum'].map((tag, idx) => ({ idx, when: 1700000000000 + idx, tag })),
      }),
    },
    applied: drizzleInit.replace('--> statement-breakpoint', ''),
    table: `CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text NOT NULL, created_at bigint);
 INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('h', 1700000000000)`,
    proven: { replayed: 1, pending: 1 },
  },
  'golang-migrate': {
    files: {
      'database/migrations/000001_base.up.sql': base,
      'database/migrations/000001_base.down.sql': 'BEGIN;\nDROP TABLE users;\nDROP TYPE login;\nCOMMIT;\n',
      'database/migrations/000003_enum.up.sql': "ALTER TYPE login ADD VALUE IF NOT EXISTS 'oidc';",
      'database/migrations/000003_enum.down.sql':
        '-- Not possible to drop enum values, so the UP has "IF NOT EXISTS".\n',
      'database/migrations/testdata/fixtures/000001_base.up.sql': 'INSERT INTO nobody VALUES (1);',
    },
    applied: base,
    table:
      'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false)',
    proven: { replayed: 1, pending: 1 },
  },
  diesel: {
    files: {
      'diesel.toml': '',
      'migrations/00000000000000_diesel_initial_setup/up.sql': dieselSetup,
      'migrations/00000000000000_diesel_initial_setup/down.sql': 'DROP FUNCTION manage; DROP FUNCTION touch;',
      'migrations/2019-09-12-100000_users/up.sql': dieselTable,
      'migrations/2019-09-12-100000_users/down.sql': 'DROP TABLE users;',
      'migrations/2021-01-01-000000_empty/up.sql': '',
      'migrations/2021-01-01-000000_empty/down.sql': '',
    },
    applied: `${dieselSetup} ${dieselTable}`,
    table: `CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
 INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20190912100000')`,
    proven: { replayed: 2, pending: 1 },
  },
  hasura: {
    files: {
      'hasura/config.yaml': 'version: 3\n',
      'hasura/migrations/default/1590493510167_init/up.sql': hasuraInit,
      'hasura/migrations/default/1590493520000_name/up.sql':
        'alter table "public"."users" add column "name" text\n null;',
      'hasura/migrations/default/1590493520000_name/down.sql':
        '-- Could not auto-generate a down migration.\n-- Please write one for the SQL below:\n-- alter table "public"."users"\n--  null;',
    },
    applied: hasuraInit,
    table: `CREATE SCHEMA hdb_catalog; CREATE TABLE hdb_catalog.hdb_version (hasura_uuid uuid, version text, upgraded_on timestamptz, cli_state jsonb, console_state jsonb);
 INSERT INTO hdb_catalog.hdb_version (version, cli_state) VALUES ('48', '{"migrations": {"default": {"1590493510167": false}}}')`,
    proven: { replayed: 1, pending: 1 },
  },
  sqitch: {
    files: {
      'sqitch.plan': `%syntax-version=1.0.0
%project=flipr

schema 2012-08-01T15:04:05Z M <m@example.com> # Schema
count [schema] 2012-08-01T15:05:05Z M <m@example.com> # Count
@v1 2012-08-02T15:06:05Z M <m@example.com> # Tag

count [count@v1] 2012-08-04T15:06:05Z M <m@example.com> # Again
`,
      'deploy/schema.sql': '-- Deploy flipr:schema to pg\n\nBEGIN;\n\nCREATE SCHEMA flipr;\n\nCOMMIT;\n',
      'revert/schema.sql': '-- Revert flipr:schema from pg\n\nBEGIN;\n\nDROP SCHEMA flipr;\n\nCOMMIT;\n',
      'deploy/count@v1.sql':
        'BEGIN;\nCREATE FUNCTION flipr.count() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nCOMMIT;\n',
      'revert/count@v1.sql': 'BEGIN;\nDROP FUNCTION flipr.count();\nCOMMIT;\n',
      'deploy/count.sql':
        'BEGIN;\nCREATE OR REPLACE FUNCTION flipr.count() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;\nCOMMIT;\n',
      'revert/count.sql':
        'BEGIN;\nCREATE OR REPLACE FUNCTION flipr.count() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nCOMMIT;\n',
    },
    applied: 'CREATE SCHEMA flipr; CREATE FUNCTION flipr.count() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;',
    table: `CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text, change text, project text, note text, committed_at timestamptz, committer_name text, committer_email text, planned_at timestamptz, planner_name text, planner_email text);
 INSERT INTO sqitch.changes (change_id, change, project, committed_at, committer_name) VALUES ('1', 'schema', 'flipr', now(), 'M'), ('2', 'count', 'flipr', now(), 'M')`,
    proven: { replayed: 2, pending: 1 },
  },
}

test.each(Object.entries(histories))('a history of %s is proven from its middle on', async (tool, history) => {
  const { files, applied, table, proven } = history
  const project = await adoptable(server, files, applied)
  await project.query(table)
  const { result } = JSON.parse(await project.ok('db', 'adopt', '--json'))
  expect(result.tool).toBe(tool)
  expect(result.proof).toEqual({ state: 'proven', ...proven })
})

test('scripts far below the folder of a plan are found, whatever their folders are called', async () => {
  const project = await adoptable(
    server,
    {
      'sqitch.plan':
        '%project=shop\n\nshop 2024-01-01T00:00:00Z A <a@b> # Shop\nschemas/shop/tables/target/table 2024-01-01T00:00:00Z A <a@b> # Orders\n',
      'deploy/shop.sql': 'CREATE SCHEMA shop;',
      'deploy/schemas/shop/tables/target/table.sql': 'CREATE TABLE orders (id int);',
      'build/deploy/schemas/shop/tables/target/table.sql': 'a copy',
      'revert/schemas/shop/tables/target/table.sql': 'DROP TABLE orders;',
    },
    'SELECT 1',
  )
  const { result } = JSON.parse(await project.ok('db', 'adopt', '--json'))
  expect(result.written).toEqual([
    'nself/migrations/001_shop.sql',
    'nself/migrations/002_schemas_shop_tables_target_table.sql',
  ])
})

test('a tool that has a schema of its own is told to run its files there, perhaps', async () => {
  const files = {
    'sql/V1__a.sql': 'CREATE SCHEMA IF NOT EXISTS app;\nCREATE TABLE users (id int);',
    'sql/V2__b.sql': 'CREATE TABLE orders (id int);',
  }
  const project = await adoptable(server, files, 'CREATE SCHEMA app; CREATE TABLE app.users (id int)')
  await project.query(`CREATE TABLE app.flyway_schema_history (installed_rank int, version text, description text, type text, script text, checksum int, installed_by text, installed_on timestamp DEFAULT now(), execution_time int, success boolean);
 INSERT INTO app.flyway_schema_history VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 1, 'u', now(), 5, true)`)
  const refused = await project.nself('db', 'adopt')
  expect(refused.code).toBe(6)
  expect(refused.stdout).toContain('the table of flyway is in the schema app')
  await project.query(`ALTER DATABASE ${new URL(project.url).pathname.slice(1)} SET search_path = app`)
  await project.ok('db', 'adopt')
})
