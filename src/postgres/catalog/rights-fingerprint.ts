import { isMine } from './query-parts.ts'

const rights = (acl: string) => `(SELECT string_agg(one::text, ' ' ORDER BY one::text) FROM unnest(${acl}) AS one)`
const part = (name: string, owner: string, acl: string, from: string) =>
  `SELECT ROW(nspname, ${name}, ${owner}, ${rights(acl)})::text AS value FROM ${from} AND ${isMine('n')}`

/**
 * SQL for one text that tells two states of owners and rights apart; it runs inside a transaction after plainTextSql. In
 * short: it is compared within one database only.
 */
export const rightsFingerprintSql = `SELECT COALESCE(sum(hashtextextended(value, 0)), 0)::text FROM (
${[
  part('0', 'nspowner', 'nspacl', 'pg_namespace n WHERE true'),
  part('relname', 'relowner', 'relacl', 'pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE true'),
  part(
    'attrelid, attnum',
    '0',
    'attacl',
    'pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE attacl IS NOT NULL',
  ),
  part('p.oid', 'proowner', 'proacl', 'pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE true'),
  part('typname', 'typowner', 'typacl', 'pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE true'),
  `SELECT ROW(defaclrole, defaclnamespace, defaclobjtype, ${rights('defaclacl')})::text FROM pg_default_acl`,
].join('\nUNION ALL ')}) AS part`
