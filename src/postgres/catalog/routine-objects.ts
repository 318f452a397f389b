import { inSchema, mine, other } from './object-query.ts'
import { commentOf, functionOf, notOfExtension, routineName } from './query-parts.ts'

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
    properties: {
      kind: 'a.aggkind',
      'direct arguments': 'NULLIF(a.aggnumdirectargs, 0)',
      'state function': functionOf('a.aggtransfn'),
      'state type': 'format_type(a.aggtranstype, NULL)',
      'state size': 'NULLIF(a.aggtransspace, 0)',
      'initial value': 'a.agginitval',
      'final function': functionOf('a.aggfinalfn'),
      'final function options': `concat(CASE WHEN a.aggfinalextra THEN 'extra ' END, a.aggfinalmodify)`,
      'combine function': functionOf('a.aggcombinefn'),
      'serial functions': `NULLIF(concat_ws(', ', ${functionOf('a.aggserialfn')}, ${functionOf('a.aggdeserialfn')}), '')`,
      'moving state': `NULLIF(concat_ws(', ', ${['a.aggmtransfn', 'a.aggminvtransfn', 'a.aggmfinalfn'].map(functionOf).join(', ')},
        NULLIF(format_type(NULLIF(a.aggmtranstype, 0), NULL), '-'), NULLIF(a.aggmtransspace, 0), a.aggminitval), '')`,
      'moving final function options': `CASE WHEN a.aggmfinalfn <> 0 THEN concat(CASE WHEN a.aggmfinalextra THEN 'extra ' END, a.aggmfinalmodify) END`,
      'sort operator': 'NULLIF(a.aggsortop, 0)::regoperator',
      parallel: 'p.proparallel',
    },
    comment: commentOf('pg_proc', 'p.oid'),
  },
  `pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid ${inSchema('p', 'pronamespace')} WHERE ${mine('pg_proc', 'p')}`,
)

export const operators = other(
  {
    kind: 'operator',
    schema: 'n.nspname',
    name: `o.oprname || ' (' || format_type(o.oprleft, NULL) || ', ' || format_type(o.oprright, NULL) || ')'`,
    properties: {
      function: functionOf('o.oprcode'),
      result: 'format_type(o.oprresult, NULL)',
      commutator: 'NULLIF(o.oprcom, 0)::regoperator',
      negator: 'NULLIF(o.oprnegate, 0)::regoperator',
      restrict: functionOf('o.oprrest'),
      join: functionOf('o.oprjoin'),
      hashes: `CASE WHEN o.oprcanhash THEN 'yes' END`,
      merges: `CASE WHEN o.oprcanmerge THEN 'yes' END`,
    },
    comment: commentOf('pg_operator', 'o.oid'),
  },
  `pg_operator o ${inSchema('o', 'oprnamespace')} WHERE o.oprcode <> 0 AND ${mine('pg_operator', 'o')}`,
)

export const casts = other(
  {
    kind: 'cast',
    name: `format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL)`,
    definition: `concat_ws(' ', k.castmethod, k.castcontext, NULLIF(k.castfunc, 0)::regprocedure::text)`,
    comment: commentOf('pg_cast', 'k.oid'),
  },
  `pg_cast k WHERE k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend own WHERE own.classid = 'pg_cast'::regclass AND own.objid = k.oid AND own.deptype = 'i') AND ${notOfExtension('pg_cast', 'k.oid')}`,
)
