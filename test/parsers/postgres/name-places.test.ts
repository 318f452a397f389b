import { expect, test } from 'vitest'
import { arePlacesOfNames } from '../../../src/parsers/postgres/name-places.ts'

test.each([
  ['create table ?.t (id int)', true],
  ['create view v as select ?.f(1)', true],
  ['grant select on t to ?', true],
  ['alter table t owner to ?', true],
  ['set search_path to ?', true],
  ['comment on table ?.t is null', true],
  ['create table t (a ?.mood)', true],
  ['create extension x schema ?', true],
  ['create table t (? int)', true],
  ['select ? from t', false],
  ['select 1 limit ?', false],
  ['insert into t values (?)', false],
  ['create table t (a ?)', false],
  ['grant ? on t to r', false],
  ['create table t (a int) with (fillfactor = ?)', false],
  ['create function f() returns ? language sql as $$select 1$$', false],
  ['create table t (a varchar(?))', false],
  ['? table t', false],
])('in "%s" a name may stand: %s', async (sql, isName) => {
  const start = sql.indexOf('?')
  expect(await arePlacesOfNames(sql, [{ start, end: start + 1 }])).toEqual([isName])
})

test('what cannot be parsed keeps nothing from being seen elsewhere', async () => {
  const sql = 'create ?; create schema ?; drop table ?.t'
  const places = [...sql.matchAll(/\?/g)].map(({ index }) => ({ start: index, end: index + 1 }))
  expect(await arePlacesOfNames(sql, places)).toEqual([false, true, true])
})
