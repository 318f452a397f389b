import { reaching } from '../../core/replay/reaching-extensions.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'

/**
 * Functions for what only a superuser may do in a scratch database: `nself_elevated` does it for who knows the word.
 *
 * Event triggers do not fire in it: they would run as the superuser. What an extension brings to reach other servers is
 * taken away at once: foreign-data wrappers lose their handler, dblink and its like may not be called. A function that it
 * makes belongs to the owner, who may go on to alter it.
 */
export const elevatingSql = (word: string, owner: string): string => `${labelSql};
CREATE OR REPLACE FUNCTION pg_catalog.nself_elevated(word text, statement text)
 RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica AS $nself$
 DECLARE one record; known oid[];
 BEGIN
  IF word <> ${quoteLiteral(word)} THEN RAISE insufficient_privilege USING MESSAGE = 'must be superuser'; END IF;
  known := ARRAY(SELECT oid FROM pg_catalog.pg_proc WHERE oid >= 16384);
  EXECUTE statement;
  FOR one IN SELECT fdwname AS name, fdwhandler FROM pg_catalog.pg_foreign_data_wrapper LOOP
   IF one.fdwhandler <> 0 THEN EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER', one.name); END IF;
   EXECUTE pg_catalog.format('GRANT USAGE ON FOREIGN DATA WRAPPER %I TO %I', one.name, ${quoteLiteral(owner)});
  END LOOP;
  FOR one IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_proc p WHERE p.oid >= 16384 AND p.oid <> ALL (known)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')) LOOP
   EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO %s', one.name, ${quoteLiteral(quoteIdentifier(owner))});
  END LOOP;
  FOR one IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
    AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.extname IN (${reaching.map(quoteLiteral).join(', ')}) LOOP
   EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', one.name);
  END LOOP;
 END $nself$`

/**
 * Writes a security label, also where its provider is not loaded: then nobody asks the provider, whose library is none of
 * ours to load. COMMENT tells which object the statement names, and is rolled back.
 */
const labelSql = `CREATE OR REPLACE FUNCTION pg_catalog.nself_label(statement text, of_provider text, new_label text, remark text)
 RETURNS void LANGUAGE plpgsql AS $nself$
 DECLARE mark text := 'nself ' || pg_catalog.random(); object record;
 BEGIN
  EXECUTE statement;
 EXCEPTION WHEN invalid_parameter_value THEN
  BEGIN
   EXECUTE remark || pg_catalog.quote_literal(mark);
   SELECT objoid, classoid, objsubid INTO STRICT object FROM pg_catalog.pg_description WHERE description = mark;
   RAISE sqlstate 'NS001';
  EXCEPTION WHEN sqlstate 'NS001' THEN NULL;
  END;
  DELETE FROM pg_catalog.pg_seclabel l WHERE (l.objoid, l.classoid, l.objsubid, l.provider) = (object.objoid, object.classoid, object.objsubid, of_provider);
  IF new_label IS NOT NULL THEN
   INSERT INTO pg_catalog.pg_seclabel (objoid, classoid, objsubid, provider, label)
    VALUES (object.objoid, object.classoid, object.objsubid, of_provider, new_label);
  END IF;
 END $nself$`
