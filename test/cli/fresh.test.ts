import { expect, test } from 'vitest'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()

/** One of each kind that lives outside of a table, in an order in which a right that stayed would reach what is older. */
const everything = {
  '001_public.sql': `
    CREATE TABLE early (id int PRIMARY KEY, at date);
    CREATE TYPE mood AS ENUM ('well');
    CREATE FUNCTION early_one() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
    CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
    CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
    CREATE COLLATION plain FROM "C";
    CREATE STATISTICS related ON id, at FROM early;
    CREATE VIEW seen AS SELECT id FROM early;
    SELECT lo_create(4711);`,
  '002_elsewhere.sql': `
    CREATE SCHEMA shop CREATE TABLE orders (id int);
    CREATE EXTENSION hstore SCHEMA shop;
    CREATE PUBLICATION told FOR TABLE early;
    CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER ddl ON ddl_command_end EXECUTE FUNCTION on_ddl();
    CREATE FOREIGN DATA WRAPPER wrapper;
    CREATE SERVER remote FOREIGN DATA WRAPPER wrapper;`,
  '003_rights.sql': `
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT USAGE ON SEQUENCES TO PUBLIC;`,
}

/** Every object that was made, and who may do what with it. */
function contents(project: Project): Promise<unknown[][]> {
  return project.query(`
    SELECT DISTINCT o.type, o.identity, c.relacl::text, p.proacl::text, a.defaclacl::text
      FROM (SELECT DISTINCT classid, objid FROM pg_depend WHERE objid >= 16384) d
      CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) o
      LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = objid
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = objid
      LEFT JOIN pg_default_acl a ON d.classid = 'pg_default_acl'::regclass AND a.oid = objid
     WHERE o.identity !~ 'pg_toast|nself[.]' AND o.identity <> 'nself'
    UNION ALL SELECT 'large object', oid::text, NULL, NULL, NULL FROM pg_largeobject_metadata
    ORDER BY 1, 2`)
}

test('fresh makes what up makes of an empty database', async () => {
  const project = await server.project(everything)
  await project.up()
  const made = await contents(project)
  await project.ok('db', 'migrate', 'fresh')
  expect(await contents(project)).toEqual(made)
  project.write(Object.fromEntries(Object.keys(everything).map((name) => [name, null])))
  await project.ok('db', 'migrate', 'fresh')
  expect(await contents(project)).toEqual([])
})
