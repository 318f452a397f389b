-- up
CREATE TABLE a (
  b text -- DOWN
);
COPY a FROM STDIN WITH (FORMAT csv);
"x
-- DOWN
"
\.
--down : back
DROP TABLE a;
