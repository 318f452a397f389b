-- UP: every way to quote
-- depends_on: 001_a, 2
-- nself: lock-timeout 5s
SELECT 'a''b', E'a\'b\\', U&'\0041', $$ it's $1 $$, $tag$ $$ ; -- DOWN
$tag$, "a""b", B'01', X'1F', 'one'
'two', E'one\'' -- between
'two';
/* a /* nested ' " $$ */ comment ; -- UP
*/
SELECT 1 -- UP
;
SELECT '😀é', a$b, 1.5e3, $1 FROM t WHERE a ->> '--' = '/*';
-- DOWN
SELECT 2;
