import { eventTriggers, publications, servers, subscriptions, userMappings, wrappers } from './database-objects.ts'
import {
  accessMethods,
  conversions,
  languages,
  operatorClasses,
  operatorFamilies,
  transforms,
} from './method-objects.ts'
import type { RowsQuery } from './query-parts.ts'
import { commentsOfViews, indexesOfViews, policies, rules, statistics, triggers, view } from './relation-objects.ts'
import { moreComments, securityLabels } from './remark-objects.ts'
import { aggregates, casts, functions, operators } from './routine-objects.ts'
import { collations, domains, extensions, schemas, sequences, textSearch, types } from './schema-objects.ts'

/** SQL for everything that is no table and no part of one, but for sequences, of which each identity column makes one. */
export const othersButSequences: readonly RowsQuery[] = [
  schemas,
  extensions,
  domains,
  types,
  collations,
  functions,
  aggregates,
  operators,
  casts,
  view('view', 'v'),
  view('materialized view', 'm'),
  commentsOfViews,
  indexesOfViews,
  rules,
  triggers,
  policies,
  statistics,
  ...textSearch,
  servers,
  publications,
  eventTriggers,
]

/** SQL for what few databases have. */
const rare: readonly RowsQuery[] = [
  languages,
  transforms,
  accessMethods,
  operatorClasses,
  operatorFamilies,
  conversions,
  wrappers,
  userMappings,
  moreComments,
  securityLabels,
]

/** SQL for everything that is no table and no part of one. */
export const others: readonly RowsQuery[] = [...othersButSequences, sequences, ...rare, subscriptions]
