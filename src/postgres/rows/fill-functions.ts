import { readsAllRows, unhiddenInto } from '../catalog/hidden-rows.ts'

/** How a failure is handed on: its state, its constraint or the type whose domain it broke, and what the server says. */
const caught = (result: string) =>
  `GET STACKED DIAGNOSTICS said_state = RETURNED_SQLSTATE, said_constraint = CONSTRAINT_NAME, said_type = PG_DATATYPE_NAME, said = MESSAGE_TEXT;
   ${result} := jsonb_build_object('state', said_state, 'constraint', said_constraint, 'type', said_type, 'message', said);`

/** `NULL` and texts as SQL; the server reads them as the type of the column. */
const insertSql =
  "'INSERT INTO ' || target || ' (' || names || ') OVERRIDING SYSTEM VALUE VALUES (' || array_to_string($list$, ', ') || ')'"
const insert = (list: string) => `EXECUTE ${insertSql.replace('$list$', list)}`

/** Tries a row and leaves nothing of it; null where the constraints allow it. */
const triesSql = `CREATE OR REPLACE FUNCTION nself.tries_row(target text, names text, literals text[]) RETURNS jsonb LANGUAGE plpgsql AS $tries$
 DECLARE failure jsonb; said text; said_state text; said_constraint text; said_type text; BEGIN
 BEGIN ${insert('literals')}; RAISE SQLSTATE 'NS001'; EXCEPTION WHEN SQLSTATE 'NS001' THEN RETURN NULL; WHEN OTHERS THEN ${caught('failure')} END;
 RETURN failure; END $tries$`

/** For each of the rows why it is not allowed, or null; it ends where `enough` are. */
const triesAllSql = `CREATE OR REPLACE FUNCTION nself.tries_rows(target text, names text, tried jsonb, enough int) RETURNS jsonb LANGUAGE plpgsql AS $tries$
 DECLARE one jsonb; failure jsonb; found jsonb := '[]'; allowed int := 0; BEGIN
 FOR one IN SELECT jsonb_array_elements(tried) LOOP
  failure := nself.tries_row(target, names, ARRAY(SELECT jsonb_array_elements_text(one)));
  found := found || jsonb_build_array(failure);
  IF failure IS NULL THEN allowed := allowed + 1; END IF;
  EXIT WHEN allowed >= enough;
 END LOOP; RETURN found; END $tries$`

/**
 * Inserts rows: of what is wanted of each as much as the constraints allow, column by column. For each the values that are
 * in, or why it is not.
 */
const fillSql = `CREATE OR REPLACE FUNCTION nself.fill_rows(target text, names text, plans jsonb) RETURNS jsonb LANGUAGE plpgsql AS $fill$
 DECLARE plan jsonb; wanted text[]; best text[]; next text[]; at int; n int; done jsonb := '[]'; failure jsonb;
  said text; said_state text; said_constraint text; said_type text; BEGIN
 FOR plan IN SELECT jsonb_array_elements(plans) LOOP
  wanted := ARRAY(SELECT jsonb_array_elements_text(plan -> 'wanted')); best := wanted; failure := NULL; n := array_length(wanted, 1);
  BEGIN ${insert('wanted')}; EXCEPTION WHEN OTHERS THEN ${caught('failure')} END;
  IF failure IS NOT NULL THEN
   best := ARRAY(SELECT jsonb_array_elements_text(plan -> 'base'));
   FOR i IN 1 .. n LOOP
    at := CASE WHEN (plan ->> 'backwards')::boolean THEN n + 1 - i ELSE i END;
    CONTINUE WHEN best[at] = wanted[at];
    next := best; next[at] := wanted[at];
    IF nself.tries_row(target, names, next) IS NULL THEN best := next; END IF;
   END LOOP;
   failure := NULL;
   BEGIN ${insert('best')}; EXCEPTION WHEN OTHERS THEN ${caught('failure')} END;
  END IF;
  done := done || jsonb_build_array(CASE WHEN failure IS NULL THEN to_jsonb(best) ELSE failure END);
 END LOOP; RETURN done; END $fill$`

/** Inserts as many as can be; those are counted. */
const insertAllSql = `CREATE OR REPLACE FUNCTION nself.insert_rows(statements text[]) RETURNS int LANGUAGE plpgsql AS $insert$
 DECLARE one text; done int := 0; BEGIN
 FOREACH one IN ARRAY statements LOOP BEGIN EXECUTE one; done := done + 1; EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP;
 RETURN done; END $insert$`

/** The rows of tables as JSON; null for a table that is not there. */
const rowsSql = `CREATE OR REPLACE FUNCTION nself.table_rows(tables text[]) RETURNS jsonb LANGUAGE plpgsql ${readsAllRows} AS $rows$
 DECLARE one text; content jsonb; found jsonb := '[]'; BEGIN
 FOREACH one IN ARRAY tables LOOP
  content := NULL;
  IF to_regclass(one) IS NOT NULL THEN
   ${unhiddenInto("'SELECT COALESCE(jsonb_agg(to_jsonb(nself_row)), ''[]'') FROM ' || one || ' AS nself_row'", 'one', 'content')}
  END IF;
  found := found || jsonb_build_array(content);
 END LOOP; RETURN found; END $rows$`

export const fillFunctionsSql = [triesSql, triesAllSql, fillSql, insertAllSql, rowsSql].join(';\n')
