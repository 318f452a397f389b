import { inSchema, mine, other } from './object-query.ts'
import { commentOf, functionOf, notOfExtension } from './query-parts.ts'

/** SQL for what tells PostgreSQL how to keep, compare and convert values, and for languages. */

/** What comes after those with which a database begins. */
const added = (catalog: string, alias: string) => `${alias}.oid >= 16384 AND ${notOfExtension(catalog, `${alias}.oid`)}`

const methodName = (column: string) => `(SELECT amname FROM pg_am WHERE pg_am.oid = ${column})`

/** Whether something in a family belongs to a class of it: then it comes and goes with that. */
const ofClass = (catalog: string, oid: string, which: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid}
   AND d.refclassid = 'pg_opclass'::regclass${which})`

/** Operators and functions, each as CREATE OPERATOR CLASS has them behind the word for it. */
const membersOf = (operators: string, functions: string) => ({
  operators: `(SELECT string_agg(concat(a.amopstrategy, ' ', a.amopopr::regoperator, (SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname)
    FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace WHERE s.oid = NULLIF(a.amopsortfamily, 0))), '; '
    ORDER BY a.amopstrategy, a.amopopr::regoperator::text) FROM pg_amop a WHERE ${operators})`,
  functions: `(SELECT string_agg(concat(a.amprocnum, ' (', format_type(a.amproclefttype, NULL), ', ', format_type(a.amprocrighttype, NULL), ') ',
    ${functionOf('a.amproc')}), '; ' ORDER BY a.amprocnum, format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL))
    FROM pg_amproc a WHERE ${functions})`,
})

export const operatorClasses = other(
  {
    kind: 'operator class',
    schema: 'n.nspname',
    name: `o.opcname || ' USING ' || ${methodName('o.opcmethod')}`,
    properties: {
      type: 'format_type(o.opcintype, NULL)',
      storage: 'format_type(NULLIF(o.opckeytype, 0), NULL)',
      default: `CASE WHEN o.opcdefault THEN 'yes' END`,
      family: `(SELECT format('%I.%I', fn.nspname, f.opfname) FROM pg_opfamily f JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE f.oid = o.opcfamily)`,
      ...membersOf(
        ofClass('pg_amop', 'a.oid', ' AND d.refobjid = o.oid'),
        ofClass('pg_amproc', 'a.oid', ' AND d.refobjid = o.oid'),
      ),
    },
    comment: commentOf('pg_opclass', 'o.oid'),
  },
  `pg_opclass o ${inSchema('o', 'opcnamespace')} WHERE ${mine('pg_opclass', 'o')}`,
)

const loose = (catalog: string, family: string) =>
  `a.${family} = f.oid AND a.oid >= 16384 AND NOT ${ofClass(catalog, 'a.oid', '')} AND ${notOfExtension(catalog, 'a.oid')}`

/** Also PostgreSQL's own, where something was added to one; of all only what belongs to no class. */
export const operatorFamilies = other(
  {
    kind: 'operator family',
    schema: 'n.nspname',
    name: `f.opfname || ' USING ' || ${methodName('f.opfmethod')}`,
    properties: membersOf(loose('pg_amop', 'amopfamily'), loose('pg_amproc', 'amprocfamily')),
    comment: commentOf('pg_opfamily', 'f.oid'),
  },
  `pg_opfamily f ${inSchema('f', 'opfnamespace')} WHERE ${mine('pg_opfamily', 'f')} OR f.oid < 16384 AND (EXISTS (SELECT FROM pg_amop a
     WHERE ${loose('pg_amop', 'amopfamily')} AND ${notOfExtension('pg_operator', 'a.amopopr')})
     OR EXISTS (SELECT FROM pg_amproc a WHERE ${loose('pg_amproc', 'amprocfamily')} AND ${notOfExtension('pg_proc', 'a.amproc')}))`,
)

export const conversions = other(
  {
    kind: 'conversion',
    schema: 'n.nspname',
    name: 'o.conname',
    properties: {
      from: 'pg_encoding_to_char(o.conforencoding)',
      to: 'pg_encoding_to_char(o.contoencoding)',
      function: functionOf('o.conproc'),
      default: `CASE WHEN o.condefault THEN 'yes' END`,
    },
    comment: commentOf('pg_conversion', 'o.oid'),
  },
  `pg_conversion o ${inSchema('o', 'connamespace')} WHERE ${mine('pg_conversion', 'o')}`,
)

export const accessMethods = other(
  {
    kind: 'access method',
    name: 'o.amname',
    properties: { type: 'o.amtype', handler: functionOf('o.amhandler') },
    comment: commentOf('pg_am', 'o.oid'),
  },
  `pg_am o WHERE ${added('pg_am', 'o')}`,
)

export const languages = other(
  {
    kind: 'language',
    name: 'o.lanname',
    properties: {
      trusted: `CASE WHEN o.lanpltrusted THEN 'yes' END`,
      handler: functionOf('o.lanplcallfoid'),
      inline: functionOf('o.laninline'),
      validator: functionOf('o.lanvalidator'),
    },
    comment: commentOf('pg_language', 'o.oid'),
  },
  `pg_language o WHERE ${added('pg_language', 'o')}`,
)

export const transforms = other(
  {
    kind: 'transform',
    name: `format('FOR %s LANGUAGE %I', format_type(o.trftype, NULL), (SELECT lanname FROM pg_language l WHERE l.oid = o.trflang))`,
    properties: { 'from SQL': functionOf('o.trffromsql'), 'to SQL': functionOf('o.trftosql') },
    comment: commentOf('pg_transform', 'o.oid'),
  },
  `pg_transform o WHERE ${added('pg_transform', 'o')}`,
)
