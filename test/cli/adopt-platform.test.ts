import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adoptable } from '../helpers/adopt-project.ts'
import { useServer } from '../helpers/project.ts'

// A history that stands on what its platform makes in each database, as Supabase does: schemas, tables, functions.

const server = useServer()
const adopt = ['db', 'adopt'] as const

const roles = ['anon', 'authenticated']
  .map((name) => `IF to_regrole('${name}') IS NULL THEN CREATE ROLE ${name}; END IF;`)
  .join(' ')

const platform = `DO $$ BEGIN ${roles} END $$;
CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA extensions;
CREATE EXTENSION pgcrypto SCHEMA extensions;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT NULL::uuid $$;
CREATE TABLE storage.buckets (id text PRIMARY KEY);
CREATE TABLE storage.objects (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), bucket text REFERENCES storage.buckets);
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
CREATE PUBLICATION supabase_realtime;`

const profiles = `create table profiles (id uuid primary key references auth.users on delete cascade, key text default extensions.gen_salt('md5'));
alter table profiles enable row level security;
create policy own on profiles for all to authenticated using (auth.uid() = id);
create function greet() returns trigger language plpgsql as $$ begin insert into profiles (id) values (new.id); return new; end $$;
create trigger greet after insert on auth.users for each row execute function greet();
insert into storage.buckets values ('avatars');
create policy anyone on storage.objects for select to anon using (bucket = 'avatars');
alter publication supabase_realtime add table profiles;
`
const notes = 'create table notes (id int primary key, owner uuid references auth.users default auth.uid());\n'

const files = {
  'supabase/migrations/20240101000000_profiles.sql': profiles,
  'supabase/migrations/20240202000000_notes.sql': notes,
}
const history = `CREATE SCHEMA supabase_migrations;
CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000', '{}', 'profiles');`

test('a history on a platform is proven, goes on where the platform is, and runs from nothing where it is not', async () => {
  const project = await adoptable(server, files, `${platform} ${profiles} ${history}`)
  const said = await project.ok(...adopt)
  expect(said).toContain('proven: the 2 converted files make the schema that you have; 1 pending one runs after them')
  const made = readFileSync(join(project.root, 'nself/migrations/00000000000000_platform.sql'), 'utf8')
  expect(made).toContain('-- Adopted from the schemas of the platform (supabase)')
  expect(made).toContain('CREATE TABLE auth.users')
  // What migrations put on the platform's tables is theirs.
  expect(made).not.toMatch(/POLICY|TRIGGER|INSERT/)
  await project.ok('db', 'migrate', 'up')
  expect(await project.ok('db', 'migrate', 'status', '--drift')).toContain('No drift')
  expect(await project.ok(...adopt)).toContain('Nothing to adopt')

  const elsewhere = await server.project({})
  const url = ['--database-url', elsewhere.url]
  await project.ok('db', 'migrate', 'up', ...url)
  expect(await elsewhere.query("SELECT count(*)::int FROM pg_policies WHERE schemaname = 'storage'")).toEqual([[1]])
  expect(await project.ok('db', 'migrate', 'status', '--drift', ...url)).toContain('No drift')
})

test('the migration for the platform leaves a database alone where the platform has made its own', async () => {
  const project = await adoptable(server, files, `${platform} ${profiles} ${history}`)
  await project.ok(...adopt)
  const fresh = await server.project({})
  await fresh.query(platform.replace('CREATE TABLE auth.users (', 'CREATE TABLE auth.users (newer int, '))
  await project.ok('db', 'migrate', 'up', '--database-url', fresh.url)
  expect(await fresh.query("SELECT count(*)::int FROM information_schema.columns WHERE column_name = 'newer'")).toEqual(
    [[1]],
  )
})
