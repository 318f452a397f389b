import { certain } from '../../core/certain.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

/**
 * What ALTER DEFAULT PRIVILEGES has set, undone: else it would add to the rights of whatever is made next. Rights for
 * a schema add to the built-in ones; those without a schema stand in their place, so these are given back.
 */
const resetSql = `
WITH set AS (
  SELECT d.oid, format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s', pg_get_userbyid(defaclrole),
      ' IN SCHEMA ' || quote_ident(nspname)) AS of, pg_get_userbyid(defaclrole) AS owner, nspname IS NULL AS everywhere, defaclacl,
    CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
      WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS' END AS kind
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = defaclnamespace WHERE pg_has_role(defaclrole, 'USAGE'))
SELECT DISTINCT format('%s REVOKE ALL ON %s FROM %s', of, kind, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
  FROM set, aclexplode(defaclacl)
UNION ALL SELECT format('%s GRANT ALL ON %s TO %I', of, kind, owner) FROM set WHERE everywhere
UNION ALL SELECT format('%s GRANT ALL ON %s TO PUBLIC', of, kind) FROM set WHERE everywhere AND kind IN ('FUNCTIONS', 'TYPES')`

/** The statements that undo them. */
export async function findDefaultPrivileges(client: Client): Promise<string[]> {
  const rows = await queryArrays<[string]>(client, resetSql)
  return rows.map((row) => certain(row[0]))
}
