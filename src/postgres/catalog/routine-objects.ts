import { inSchema, mine, other } from './object-query.ts'
import { commentOf, notOfExtension, routineName } from './query-parts.ts'

/** SQL for what computes: functions, and what is made of them. */

export const functions = other(
  {
    kind: 'function',
    schema: 'n.nspname',
    name: routineName,
    definition: 'pg_get_functiondef(p.oid)',
    comment: commentOf('pg_proc', 'p.oid'),
  },
  `pg_proc p ${inSchema('p', 'pronamespace')} WHERE p.prokind <> 'a' AND ${mine('pg_proc', 'p')}`,
)

export const aggregates = other(
  {
    kind: 'aggregate',
    schema: 'n.nspname',
    name: routineName,
    definition: `concat_ws(', ', 'sfunc = ' || a.aggtransfn::regproc::text, 'stype = ' || format_type(a.aggtranstype, NULL),
    'finalfunc = ' || NULLIF(a.aggfinalfn, 0)::regproc::text, 'combinefunc = ' || NULLIF(a.aggcombinefn, 0)::regproc::text,
    'initcond = ' || quote_literal(a.agginitval), 'kind = ' || a.aggkind::text, 'parallel = ' || p.proparallel::text)`,
    comment: commentOf('pg_proc', 'p.oid'),
  },
  `pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid ${inSchema('p', 'pronamespace')} WHERE ${mine('pg_proc', 'p')}`,
)

export const operators = other(
  {
    kind: 'operator',
    schema: 'n.nspname',
    name: `o.oprname || ' (' || format_type(o.oprleft, NULL) || ', ' || format_type(o.oprright, NULL) || ')'`,
    definition: `concat_ws(', ', 'function = ' || o.oprcode::regproc::text, 'returns ' || format_type(o.oprresult, NULL),
    'commutator = ' || NULLIF(o.oprcom, 0)::regoperator::text, 'negator = ' || NULLIF(o.oprnegate, 0)::regoperator::text)`,
    comment: commentOf('pg_operator', 'o.oid'),
  },
  `pg_operator o ${inSchema('o', 'oprnamespace')} WHERE ${mine('pg_operator', 'o')}`,
)

export const casts = other(
  {
    kind: 'cast',
    name: `format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL)`,
    definition: `concat_ws(' ', k.castmethod, k.castcontext, NULLIF(k.castfunc, 0)::regprocedure::text)`,
    comment: commentOf('pg_cast', 'k.oid'),
  },
  `pg_cast k WHERE k.oid >= 16384 AND ${notOfExtension('pg_cast', 'k.oid')}`,
)
